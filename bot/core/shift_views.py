"""What people are told around a change of shift, ready to be rendered; see `bot.core.views` for how views are made."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.checkup import Finding
from bot.core.contact import MethodKind
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.views import IncidentLine, OnCallPerson, PageLine


@dataclass(frozen=True)
class HandoffNoteView:
    """What one shift leaves to the next."""

    schedule: str
    by: UserId
    text: str
    made_at: datetime
    hand_off_at: datetime


@dataclass(frozen=True)
class OverrideLine:
    person: str
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True)
class ShiftFacts:
    """What happened in a shift on the services that page through its schedule; people by name."""

    pages: int
    at_night: int
    """22:00-07:00 by the clocks of the schedule's zone."""
    taken_by: tuple[tuple[str, int], ...]
    """Who acknowledged how many, the most first."""
    untaken: int
    """Resolved without anybody having acknowledged them."""
    open_pages: tuple[PageLine, ...]
    open_incidents: tuple[IncidentLine, ...]
    resolved_incidents: tuple[IncidentLine, ...]
    overrides: tuple[OverrideLine, ...]
    """Those made during the shift."""


@dataclass(frozen=True)
class HandoffForm:
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    hand_off_at: datetime
    own: str
    """The note that the reader has left already, or empty."""
    facts: ShiftFacts
    zone: ZoneInfo
    """The reader's."""


@dataclass(frozen=True)
class ShiftUpcoming:
    """The reader is on call soon."""

    reader: UserId
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    ends_at: datetime | None
    """None: no end is in sight."""
    others: tuple[OnCallPerson, ...] = ()
    """On call at the same time."""


@dataclass(frozen=True)
class Waking:
    """Whether the reader hears a page at night."""

    is_known: bool
    """False when Slack does not tell."""
    silent_from: datetime | None = None
    silent_until: datetime | None = None
    """The present or next time in which Slack rings nothing; None when there is none."""
    tested_at: datetime | None = None
    """The last test; None: never."""
    heard_at: datetime | None = None
    """When they said that they heard it."""
    ringing: tuple[MethodKind, ...] = ()
    """The kinds of their verified methods that ring although Slack is silent."""

    @property
    def needs_a_method(self) -> bool:
        """Whether Slack is silent at times, and nothing rings then."""
        return self.silent_from is not None and not self.ringing


@dataclass(frozen=True)
class ReachTestMessage:
    """Comes as a page does."""

    id: int


@dataclass(frozen=True)
class ChangedEntry:
    """A schedule, policy or service that is new or was changed; `by` is known of what is changed in Slack."""

    kind: str
    name: str
    by: UserId | None = None


@dataclass(frozen=True)
class ChangedMeanwhile:
    """What of the configuration behind a shift is new or was changed; never empty."""

    since: datetime
    is_last_shift: bool
    """Whether `since` is the end of the reader's last shift."""
    entries: tuple[ChangedEntry, ...]


@dataclass(frozen=True)
class Arranged:
    """Who made a shift begin or end by an override, or took the override back."""

    by: UserId
    reason: str = ""
    taken_back: bool = False
    away: OnCallPerson | None = None
    """Whose time off it is that made the reader's shift begin."""


@dataclass(frozen=True)
class ShiftBegun:
    """The reader is on call now."""

    reader: UserId
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    ends_at: datetime | None
    others: tuple[OnCallPerson, ...] = ()
    before: tuple[OnCallPerson, ...] = ()
    """Who was on call until then, and is not any more."""
    pages: tuple[PageLine, ...] = ()
    """Open ones of the services that page through the schedule."""
    incidents: tuple[IncidentLine, ...] = ()
    """Open ones of those services, as far as the reader may see them."""
    notes: tuple[HandoffNoteView, ...] = ()
    """What was left for this hand-off or a later one, but by the reader."""
    waking: Waking = Waking(is_known=False)
    changed: ChangedMeanwhile | None = None
    arranged: Arranged | None = None
    """None: nobody did, or the reader themselves."""
    told: str = ""
    """What the notice was owed with, as JSON: its button carries it, so that the message can follow a test."""

    @property
    def has_tested(self) -> bool:
        """Whether the reader has heard a test since the shift began."""
        heard_at = self.waking.heard_at
        return heard_at is not None and heard_at >= self.starts_at


@dataclass(frozen=True)
class ShiftOver:
    """The reader is off call."""

    reader: UserId
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    ended_at: datetime
    now_on_call: tuple[OnCallPerson, ...]
    """Empty in a gap."""
    until: datetime | None
    """Until when they are, or nobody is."""
    arranged: Arranged | None = None
    """As of `ShiftBegun`."""


@dataclass(frozen=True)
class ShiftAnnounced:
    """Who is on call now, for a channel."""

    schedule: str
    now_on_call: tuple[OnCallPerson, ...]
    until: datetime | None
    before: tuple[OnCallPerson, ...]


@dataclass(frozen=True)
class UnreachableOnCall:
    """Nothing reaches somebody who is on call now or next; for the schedule's owner."""

    schedule: str
    person: str
    id: PersonId
    why: str
    """deactivated or unknown"""
    starts_at: datetime
    ends_at: datetime | None
    is_now: bool


@dataclass(frozen=True)
class UnreachableLine:
    person: str
    why: str
    """deactivated, unknown or silent"""
    starts_at: datetime | None
    """None: they are on call now."""


@dataclass(frozen=True)
class ScheduleFindings:
    """What is wrong with one schedule in the next 30 days; people by name."""

    schedule: str
    is_empty: bool
    """Nobody is on call at all."""
    gaps: tuple[tuple[datetime, datetime], ...]
    away: tuple[OverrideLine, ...]
    """Overrides of people who are away then."""
    unreachable: tuple[UnreachableLine, ...]


@dataclass(frozen=True)
class Digest:
    """What an owner or an admin is to mend."""

    schedules: tuple[ScheduleFindings, ...]
    """Those where all is well are not among them."""
    findings: tuple[Finding, ...] = ()
    """What else `tocsin doctor` finds that concerns them, topic by topic."""


ShiftNotice = (
    ShiftUpcoming
    | ShiftBegun
    | ShiftOver
    | ShiftAnnounced
    | HandoffNoteView
    | UnreachableOnCall
    | Digest
    | ReachTestMessage
)
