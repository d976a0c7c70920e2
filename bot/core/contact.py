"""How somebody can be reached: their contact methods, and the rules by which one follows another (PRODUCT §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.core.ids import ContactId, PageId, UserId


class MethodKind(StrEnum):
    SLACK = "slack"
    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    PUSH = "push"
    WEBHOOK = "webhook"

    @property
    def shown(self) -> str:
        """As people call it, within a sentence."""
        return _SHOWN[self]


_SHOWN = {
    MethodKind.SLACK: "Slack",
    MethodKind.EMAIL: "e-mail",
    MethodKind.SMS: "SMS",
    MethodKind.VOICE: "call",
    MethodKind.PUSH: "push",
    MethodKind.WEBHOOK: "webhook",
}


class Urgency(StrEnum):
    """How hard a person is woken."""

    HIGH = "high"
    LOW = "low"


RINGS = frozenset({MethodKind.PUSH, MethodKind.SMS, MethodKind.VOICE})
"""What a sleeper hears although Slack is silent."""
SLACK_DM = ContactId(0)
"""Everybody has it; it is verified by being there."""


TO = "{to}"
"""In a carrier's Apprise URL: where the address of the person belongs."""


@dataclass(frozen=True)
class ContactMethod:
    """One address of one person. An SMS or voice address is an E.164 number, a push address an Apprise URL."""

    id: ContactId
    user: UserId
    kind: MethodKind
    address: str
    label: str = ""
    verified_at: datetime | None = None
    """None: nobody has proved that it is theirs, so it is not used for pages."""
    problem: str = ""
    """Why it failed for good when it was used last; empty once it works again."""
    tested_at: datetime | None = None
    """When they last said that they heard a test of it."""

    @property
    def ending(self) -> str:
        """What others and the timeline may see of the address: enough to tell two apart."""
        return "" if self.kind is MethodKind.SLACK else f"…{self.address[-4:]}"


def rings(methods: Iterable[ContactMethod]) -> tuple[MethodKind, ...]:
    """The kinds of those that are verified and ring although Slack is silent."""
    kinds = {one.kind for one in methods if one.kind in RINGS and one.verified_at is not None}
    return tuple(kind for kind in MethodKind if kind in kinds)


@dataclass(frozen=True)
class Rule:
    """Try these methods so long after the step: one of them, or every verified one of the kind."""

    kind: MethodKind
    after: timedelta
    method: ContactId | None = None


@dataclass(frozen=True)
class Outgoing:
    """One message to one address, as a channel of `bot.notify` sends it. All text is plain and not escaped."""

    key: str
    """The same for a repetition: a provider that knows idempotency keys gets it."""
    to: str
    subject: str
    """One line that says it all, for a lock screen or an e-mail's subject."""
    text: str
    """The whole message in lines; it holds `link` where that helps."""
    link: str = ""
    """Opens a page that asks before it acknowledges; empty without `TOCSIN_PUBLIC_URL`."""
    thread: str = ""
    """What belongs together hangs together: `page:7`."""
    page: PageId | None = None
    callback: str = ""
    """Where a provider tells what came of it and what was pressed; empty without `TOCSIN_PUBLIC_URL`."""
    data: Mapping[str, object] = field(default_factory=dict)
    """For a webhook: the JSON that it gets."""
