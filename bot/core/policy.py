"""An escalation policy: who is paged first, second and so on, and what happens when nobody acknowledges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.core.ids import PolicyId, SeverityId


class TargetKind(StrEnum):
    USER = "user"
    SCHEDULE = "schedule"
    TEAM = "team"
    CHANNEL = "channel"
    USER_GROUP = "user_group"
    WEBHOOK = "webhook"
    MANAGER = "manager"
    POLICY = "policy"


@dataclass(frozen=True)
class Target:
    """Whom a level pages: a person, schedule, team, webhook or policy by id, a Slack channel's name, a group's handle.

    A manager has no id: it is the manager of whoever the page paged before.
    """

    kind: TargetKind
    id: str = ""


class Assign(StrEnum):
    """Whom of its people a level pages."""

    EVERYONE = "everyone"
    ROUND_ROBIN = "round_robin"


class AckBy(StrEnum):
    """Who must acknowledge so that a level does not escalate."""

    FIRST = "first"
    ALL = "all"


@dataclass(frozen=True)
class Level:
    targets: tuple[Target, ...]
    ack_timeout: timedelta | None = None
    """None: the policy's."""
    severity_timeouts: Mapping[SeverityId, timedelta] = field(default_factory=dict)
    """Of this level, before the policy's."""
    when: tuple[str, ...] = ()
    """CEL expressions, all of which must hold; without any it always pages. See `bot.core.conditions`."""
    assign: Assign = Assign.EVERYONE
    ack: AckBy = AckBy.FIRST
    origin: PolicyId | None = None
    """The policy that it was handed off from by a running page; None: the page's own."""
    place: int = 0
    """Its own 1-based place in the policy where it stands, once a page runs it; by it turns are taken."""


@dataclass(frozen=True)
class LastResort:
    """Keep paging a level (1-based) every so often, or hand over to another policy."""

    level: int = 0
    every: timedelta = timedelta(minutes=10)
    policy: PolicyId | None = None
    """Where the run goes on instead; `level` and `every` mean nothing then."""


DEFAULT_SEVERITY_TIMEOUTS: Mapping[SeverityId, timedelta] = {
    SeverityId("SEV1"): timedelta(minutes=3),
    SeverityId("SEV2"): timedelta(minutes=5),
}
OTHER_SEVERITY_TIMEOUT = timedelta(minutes=15)


CHOSEN_BY_HAND = PolicyId("chosen")
"""The policy of a page whose people somebody chose; it is configured nowhere."""


@dataclass(frozen=True)
class Policy:
    """Ordered levels with acknowledgment timeouts; the levels run `repeat` + 1 times, then the last resort.

    A page runs the policy as `bot.core.running_policy` makes it: with the levels of policies that it names in their
    places, and those that its last resort hands over to in `then`.
    """

    id: PolicyId
    name: str
    levels: tuple[Level, ...]
    last_resort: LastResort
    ack_timeout: timedelta = OTHER_SEVERITY_TIMEOUT
    severity_timeouts: Mapping[SeverityId, timedelta] = field(default_factory=dict)
    repeat: int = 0
    delay: timedelta = timedelta()
    """How long a page waits before it pages anybody, for problems that clear themselves."""
    ack_expires: timedelta | None = None
    """After so long without a sign of work an acknowledged page is triggered again; None: never."""
    then: tuple[Policy, ...] = ()
    """Of a running page: the policies that follow one after the other by last resorts."""

    def timeout(self, level: int, severity: SeverityId | None) -> timedelta:
        """How long `level` (1-based) may take to acknowledge: the shorter of the level's and the severity's."""
        place = self.levels[level - 1]
        own = place.ack_timeout or self.ack_timeout
        if severity is None:
            return own
        by_severity = (
            place.severity_timeouts.get(severity)
            or self.severity_timeouts.get(severity)
            or DEFAULT_SEVERITY_TIMEOUTS.get(severity, OTHER_SEVERITY_TIMEOUT)
        )
        return min(own, by_severity)
