"""What a schedule is made of, what changes it from day to day, and the shift that comes out."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from functools import cached_property

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, TeamId

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a shift starts that had no beginning: nobody was on call before the first hand-off."""
REMIND_BEFORE = timedelta(hours=24)
"""How long before their shift people hear of it, when a schedule does not say."""


class Weekday(IntEnum):
    """As `date.weekday()` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class GroupChanges(StrEnum):
    """What becomes of a person's own change to a user group that follows who is on call."""

    UNDO = "undo"
    RESPECT = "respect"
    """It stands until who is on call changes."""


class RotationUnit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True)
class TimeOfDay:
    """Open from `starts` to `ends` by local clocks; over midnight when `ends` is not after `starts`.

    Raises `ValueError` when both are the same.
    """

    starts: time
    ends: time
    weekdays: tuple[Weekday, ...] = ()
    """The days on which it begins; every day when empty."""

    def __post_init__(self) -> None:
        if self.starts == self.ends:
            raise ValueError(f"a restriction from {self.starts} until {self.ends} has no length")


@dataclass(frozen=True)
class TimeOfWeek:
    """Open from a weekday and time to another by local clocks, over the week's end where need be.

    Raises `ValueError` when both are the same.
    """

    starts_on: Weekday
    starts: time
    ends_on: Weekday
    ends: time

    def __post_init__(self) -> None:
        if (self.starts_on, self.starts) == (self.ends_on, self.ends):
            raise ValueError(
                f"a restriction from and until {self.starts_on.name} {self.starts} has no length"
            )


Restriction = TimeOfDay | TimeOfWeek


@dataclass(frozen=True)
class Layer:
    """An ordered rotation; a place holds several people, or nobody: then the layer below is seen."""

    participants: tuple[tuple[PersonId, ...], ...]
    unit: RotationUnit
    every: int
    hand_off: time
    """Local wall-clock time of the schedule's zone, of every hand-off; for hours of the first one only."""
    starts_on: date
    """The local date of the first hand-off: the first place is on call from then; for weeks its weekday counts."""
    ends_on: date | None = None
    """The local date on which the layer ends, at the time of its hand-offs; never when None."""
    restrictions: tuple[Restriction, ...] = ()
    """When the layer covers: inside any of them; always when empty. Outside, the layer below is seen."""


@dataclass(frozen=True)
class CalendarLayer:
    """A layer that a calendar fills: who is on call when stands there, and is passed in as `CalendarSpan`s."""

    url: str


@dataclass(frozen=True)
class Schedule:
    id: ScheduleId
    name: str
    time_zone: str
    """An IANA name, such as `Europe/London`."""
    layers: tuple[Layer | CalendarLayer, ...]
    """From the lowest to the highest; the highest that has somebody wins."""
    team: TeamId | None = None
    owner: PersonId | None = None
    holidays: str | None = None
    """Whose public holidays count in reports: a country's code, or with a part of it, `GB` or `DE-BY`."""
    announce: str | None = None
    """A Slack channel name (`#payments`) or id that hears who is on call at each change of shift."""
    remind_before: timedelta = REMIND_BEFORE
    """How long before a shift its people hear of it; zero: not at all."""
    user_groups: tuple[str, ...] = ()
    """Handles of Slack user groups that follow it, such as `@payments-oncall`."""
    user_group_changes: GroupChanges = GroupChanges.UNDO

    def __hash__(self) -> int:
        """Of all fields, reckoned once: what is known of a schedule is looked up by it again and again."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, each.name) for each in fields(self)))

    @cached_property
    def people(self) -> tuple[PersonId, ...]:
        """Everybody in its rotations, each once, in the order in which they stand there."""
        rotations = [layer for layer in self.layers if isinstance(layer, Layer)]
        return tuple(
            dict.fromkeys(person for layer in rotations for place in layer.participants for person in place)
        )


class Origin(StrEnum):
    """How an override came to be."""

    OVERRIDE = "override"
    COVER = "cover"
    SWAP = "swap"
    TAKE = "take"


@dataclass(frozen=True)
class Override:
    """One person for a span, `starts_at` inclusive to `ends_at` exclusive; the latest made wins."""

    schedule: ScheduleId
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    reason: str = ""
    by: str = ""
    id: int = 0
    origin: Origin = Origin.OVERRIDE


@dataclass(frozen=True)
class TimeOff:
    """A person is away, `starts_at` inclusive to `ends_at` exclusive: the next in each rotation stands in."""

    person: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class CalendarSpan:
    """A person is on call by a calendar; several at once are on call together."""

    person: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Shift:
    """An unbroken time on call of the same people for the same reason; `people` is empty in a gap."""

    schedule: ScheduleId
    people: tuple[PersonId, ...]
    starts_at: datetime
    ends_at: datetime | None
    """None: it never ends (a rotation of one place)."""
    override: Override | None = None
    """By which override, if by any."""
    layer: int | None = None
    """By which of the schedule's layers, counted from the lowest, 0; None for an override and a gap."""
    standing_in_for: tuple[PersonId, ...] = ()
    """Whose turn it is but who are away: the rest of their place is on call, or the next place is."""
