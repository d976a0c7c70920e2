"""What the screens about schedules show: the list, one schedule, and what a change to it would bring."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.person_uses import PersonUse
from bot.core.schedule import Schedule
from bot.core.views import OnCallPerson


@dataclass(frozen=True)
class ScheduleLine:
    """One of the schedules; `file` and `line` say where it is declared, None when it was made in Slack."""

    id: ScheduleId
    name: str
    team: str = ""
    on_call: tuple[OnCallPerson, ...] = ()
    """Who is on call by it now."""
    file: str | None = None
    line: int | None = None
    may_change: bool = False
    """Whether the reader may, here."""


@dataclass(frozen=True)
class PlannedShift:
    """Who is on call from when to when; nobody in a gap."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[OnCallPerson, ...]


@dataclass(frozen=True)
class PlannedDifference:
    """Who is on call, and who would have been without the change."""

    starts_at: datetime
    ends_at: datetime
    before: tuple[OnCallPerson, ...]
    after: tuple[OnCallPerson, ...]


@dataclass(frozen=True)
class SchedulePlan:
    """A schedule's shifts from `starts_at` to `ends_at`."""

    name: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    shifts: tuple[PlannedShift, ...]
    uncovered: timedelta
    """How long nobody is on call, in all."""


@dataclass(frozen=True)
class Preview:
    """What a schedule would be when it is saved; `differences` is None for a new one."""

    plan: SchedulePlan
    differences: tuple[PlannedDifference, ...] | None


@dataclass(frozen=True)
class Editable:
    """A schedule as it is kept, for whoever would change it."""

    schedule: Schedule
    version: str
    """Changes with every change to it."""
    line: ScheduleLine
    refusal: str = ""
    """Why the reader may not change it, in a sentence; empty when they may."""
    users: tuple[tuple[str, UserId], ...] = ()
    """Slack's users of the people in its rotations, by person."""


@dataclass(frozen=True)
class PersonTurn:
    """A schedule that has somebody on call now or later."""

    schedule: str
    on_call_now: bool
    next: PlannedShift | None
    overrides: int
    """Those of theirs that are not over."""


@dataclass(frozen=True)
class PersonUses:
    """Where somebody is needed."""

    id: PersonId
    person: OnCallPerson
    places: tuple[PersonUse, ...]
    turns: tuple[PersonTurn, ...]
