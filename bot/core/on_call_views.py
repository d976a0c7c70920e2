"""What `/oncall` answers, ready to be rendered, as in `bot.core.views`."""

from __future__ import annotations

from datetime import datetime

from bot.core.contact_views import ReachView
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import Hours, Origin
from bot.core.shift_views import HandoffNoteView, Waking
from bot.core.views import CoverView, MyShift, OnCallPerson, SwapView, TeamOnCall


@dataclass(frozen=True)
class ScheduleOnCall:
    """Who is on call for a schedule at an instant; no people: a gap."""

    schedule: str
    people: tuple[OnCallPerson, ...]
    until: datetime | None
    """None: for good, or for longer than is looked at."""
    origin: Origin | None = None
    """How the override came to be, when it is by one."""
    instead_of: tuple[OnCallPerson, ...] = ()
    """Whose turn it would be but who are away."""
    next: tuple[OnCallPerson, ...] = ()
    """Who follows the present people; empty when nobody does, or nothing is planned."""
    stays_until: datetime | None = None
    """When the present people stay on call at `until`, for another reason."""


@dataclass(frozen=True)
class WhoView:
    """The answer to "who is on call for …"."""

    about: str
    """What was asked for, by its shown name; empty for everything."""
    at: datetime
    is_now: bool
    chains: tuple[TeamOnCall, ...]
    """Who is paged after whom, for each policy that what was asked for has a part in."""
    schedules: tuple[ScheduleOnCall, ...]
    notes: tuple[HandoffNoteView, ...] = ()
    """What was left for the present shifts of a schedule, team or service that was asked for."""


@dataclass(frozen=True)
class PersonView:
    """When somebody is on call: at an instant, and next."""

    reader: UserId
    person: OnCallPerson
    at: datetime
    is_now: bool
    current: tuple[MyShift, ...]
    """Their shifts that cover `at`."""
    upcoming: tuple[MyShift, ...]
    """Those that begin later, in order."""


@dataclass(frozen=True)
class SpanView:
    """Somebody's time on call within a span."""

    reader: UserId
    person: OnCallPerson
    starts_at: datetime
    ends_at: datetime
    shifts: tuple[MyShift, ...]
    """Cut at the span's ends."""


@dataclass(frozen=True)
class PlannedOverride:
    """An override as whoever made it is told."""

    id: int
    schedule: str
    person: OnCallPerson
    instead: tuple[OnCallPerson, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class PlannedChoice:
    """What a form about a schedule is filled with; None where nobody has said it yet."""

    schedule: ScheduleId | None = None
    user: UserId | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class ShiftChoice:
    """A shift that can be given away; of one that runs already, what is left of it."""

    schedule: ScheduleId
    name: str
    """The schedule's."""
    person: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class AwayLine:
    """Time off that is entered, or that a calendar says."""

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    from_calendar: bool = False


@dataclass(frozen=True)
class AwayView:
    """Time off, and who stands in; nobody where `people` is empty."""

    line: AwayLine
    stand_ins: tuple[StandIn, ...] = ()


@dataclass(frozen=True)
class StandIn:
    schedule: str
    people: tuple[OnCallPerson, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ComingGap:
    """Nobody is on call for a schedule."""

    schedule: ScheduleId
    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class GapsView:
    about: str
    """As in `WhoView`."""
    until: datetime
    schedules: int
    """How many were looked at."""
    gaps: tuple[ComingGap, ...]


@dataclass(frozen=True)
class PersonLoad:
    person: OnCallPerson
    hours: Hours
    pages: int
    at_night: int
    """Of the pages, those from 22:00 to 07:00 on the person's clocks."""


@dataclass(frozen=True)
class LoadView:
    about: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[PersonLoad, ...]
    """Whoever was paged most first."""


@dataclass(frozen=True)
class MeView:
    """Who the reader is here."""

    reader: UserId
    is_listed: bool
    """Whether configuration names them; everybody else can still be put on call."""
    zone: str
    teams: tuple[str, ...]
    schedules: tuple[str, ...]
    """Those in whose rotations they take turns."""
    on_call: PersonView
    questions: tuple[CoverView | SwapView, ...]
    away: tuple[AwayLine, ...]
    waking: Waking
    reach: ReachView
    notes: tuple[HandoffNoteView, ...] = ()
    """What others left for the shifts that the reader has now."""
