"""How many hours people were on call, and of which kind: what a manager compares, and what some are paid by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule.changes import Changes
from bot.core.schedule.local_time import wall_clock
from bot.core.schedule.model import Schedule, Shift, Weekday
from bot.core.schedule.resolver import shifts

_DAY = timedelta(days=1)
_WEEKDAY = (
    (time(0), "night"),
    (time(7), "evening"),
    (time(9), "working"),
    (time(18), "evening"),
    (time(22), "night"),
)
"""From when on which kind of hours, on a working day."""


@dataclass(frozen=True)
class Hours:
    """Time on call by its kind, in the person's own zone. The kinds do not overlap; together they are all of it."""

    working: timedelta = timedelta()
    """09:00-18:00 on weekdays."""
    evening: timedelta = timedelta()
    """18:00-22:00 and 07:00-09:00 on weekdays: awake, but not at work."""
    night: timedelta = timedelta()
    """22:00-07:00 on weekdays: Friday's ends at midnight, and Monday's began there."""
    weekend: timedelta = timedelta()
    """Saturday and Sunday."""
    holiday: timedelta = timedelta()
    """Public holidays, also those on a weekend."""

    @property
    def total(self) -> timedelta:
        return self.working + self.evening + self.night + self.weekend + self.holiday

    def __add__(self, other: Hours) -> Hours:
        return Hours(
            self.working + other.working,
            self.evening + other.evening,
            self.night + other.night,
            self.weekend + other.weekend,
            self.holiday + other.holiday,
        )


def hours_per_person(
    schedule: Schedule,
    changes: Changes,
    start: datetime,
    end: datetime,
    zones: Mapping[PersonId, str],
    holidays: Collection[date] = frozenset(),
) -> dict[PersonId, Hours]:
    """Everybody's time on call for the schedule between `start` and `end`.

    `zones` are people's own time zones; whoever has none there is reckoned in the schedule's. Several on call together
    each have the whole time. Raises `ZoneInfoNotFoundError` for an unknown zone.
    """
    found: dict[PersonId, Hours] = {}
    for shift in shifts(schedule, changes, start, end):
        for person in shift.people:
            zone = ZoneInfo(zones.get(person, schedule.time_zone))
            found[person] = found.get(person, Hours()) + _hours(shift, zone, holidays)
    return found


def _hours(shift: Shift, zone: ZoneInfo, holidays: Collection[date]) -> Hours:
    hours = Hours()
    assert shift.ends_at is not None, "shifts of a span are cut at its end"
    for day in _days(shift.starts_at.astimezone(zone).date(), shift.ends_at.astimezone(zone).date()):
        for kind, begins, ends in _kinds(day, zone, holidays):
            lasts = min(ends, shift.ends_at) - max(begins, shift.starts_at)
            if lasts > timedelta():
                hours = replace(hours, **{kind: getattr(hours, kind) + lasts})
    return hours


def _days(first: date, last: date) -> Iterator[date]:
    yield from (first + number * _DAY for number in range((last - first).days + 1))


def _kinds(day: date, zone: ZoneInfo, holidays: Collection[date]) -> Iterable[tuple[str, datetime, datetime]]:
    """The parts of a local day; midnight to midnight may be 23 or 25 hours."""
    midnight, next_midnight = wall_clock(day, time(0), zone), wall_clock(day + _DAY, time(0), zone)
    if day in holidays:
        return [("holiday", midnight, next_midnight)]
    if day.weekday() >= Weekday.SATURDAY:
        return [("weekend", midnight, next_midnight)]
    edges = [*(wall_clock(day, at, zone) for at, _ in _WEEKDAY), next_midnight]
    return [(kind, *span) for (_, kind), span in zip(_WEEKDAY, pairwise(edges), strict=True)]
