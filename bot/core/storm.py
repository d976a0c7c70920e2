"""When somebody gets so many messages that more of them hide what matters: those that follow are told together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import timedelta

from bot.core.frozen import dataclass
from bot.core.ids import PageId, ServiceId, UserId

MANY = 10
"""Messages about pages in `WINDOW`: whatever comes then can wait for the digest."""
WINDOW = timedelta(minutes=1)
DIGEST_AFTER = timedelta(minutes=1)
"""How long the first one that waits may."""
TOLD_WITHIN = timedelta(minutes=10)
"""A service of which somebody has heard for so long nothing is told at once (PRODUCT §4)."""
BY_ONE_METHOD = 5
"""Pages of somebody by one method other than Slack in `TOLD_WITHIN`: enough, and Slack tells the rest."""


@dataclass(frozen=True)
class Message:
    """One that is about to be owed to somebody."""

    user: UserId
    page: PageId
    service: ServiceId | None

    @property
    def subject(self) -> tuple[UserId, Hashable]:
        """What somebody has heard of already, or not: the service, or a page that has none."""
        return self.user, self.service or self.page


def is_enough(lately: Sequence[Hashable], subject: Hashable) -> bool:
    """Whether a method need not bring one more page, `lately` having brought pages of these services.

    The first page of a service is always brought.
    """
    return len(lately) >= BY_ONE_METHOD and subject in lately


def waits(
    messages: Sequence[Message], recent: Mapping[UserId, int], told: Iterable[tuple[UserId, Hashable]]
) -> tuple[bool, ...]:
    """Whether each of them waits for its person's digest.

    `recent` counts what each person got in `WINDOW`, `told` are the subjects that they heard of in `TOLD_WITHIN`. The
    first page of a service never waits.
    """
    counts, known = Counter(recent), set(told)
    found = []
    for message in messages:
        waiting = counts[message.user] >= MANY and message.subject in known
        found.append(waiting)
        known.add(message.subject)
        counts[message.user] += not waiting
    return tuple(found)
