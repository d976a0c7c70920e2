"""A schedule's week as a calendar: its days by somebody's local clocks, who is on call in each, and a bar of colours.

Pure. The bar is a picture beside the text: whatever it shows is said in the day's shifts too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.oversight import cut
from bot.core.schedule import Changes, Schedule, Shift, shifts, wall_clock

CELLS = 8
"""Parts of a day's bar: of three hours each, but when the clocks change."""
COLOURS = 6
NOBODY = -1
"""The colour of a gap."""


@dataclass(frozen=True)
class Day:
    """From one local midnight to the next: 23, 24 or 25 hours."""

    date: date
    starts_at: datetime
    ends_at: datetime
    shifts: tuple[Shift, ...]
    """The final shifts, cut at the day's ends; together they are the whole day."""


def monday_of(at: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week in which it is `at` on clocks in `zone`."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def bounds(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the week begins and ends on clocks in `zone`."""
    return wall_clock(monday, time(0), zone), wall_clock(monday + timedelta(days=7), time(0), zone)


def days(schedule: Schedule, changes: Changes, monday: date, zone: ZoneInfo) -> tuple[Day, ...]:
    """The seven days of the week."""
    found = shifts(schedule, changes, *bounds(monday, zone))
    dates = [monday + timedelta(days=number) for number in range(7)]
    return tuple(
        _day(day, wall_clock(day, time(0), zone), wall_clock(day + timedelta(days=1), time(0), zone), found)
        for day in dates
    )


def _day(day: date, starts_at: datetime, ends_at: datetime, found: Sequence[Shift]) -> Day:
    return Day(day, starts_at, ends_at, tuple(cut(found, starts_at, ends_at)))


def colours(schedule: Schedule, week: Sequence[Day]) -> dict[PersonId, int]:
    """A colour, from 0, for everybody who is on call in the week; the same in every week as far as that goes.

    People of the rotation have theirs by their place in it; one that is taken goes to the next free one.
    """
    seen = dict.fromkeys(person for day in week for shift in day.shifts for person in shift.people)
    places = {person: number for number, person in enumerate(schedule.people)}
    found: dict[PersonId, int] = {}
    for person in sorted(seen, key=lambda one: places.get(one, len(places))):
        wanted = places.get(person, len(places)) % COLOURS
        free = [at % COLOURS for at in range(wanted, wanted + COLOURS) if at % COLOURS not in found.values()]
        found[person] = free[0] if free else wanted
    return found


def bar(day: Day, colour: dict[PersonId, int]) -> tuple[int, ...]:
    """The day in `CELLS` colours: each is of whoever has most of that time, and `NOBODY` wherever there is a gap."""
    length = (day.ends_at - day.starts_at) / CELLS
    return tuple(_cell(day, day.starts_at + number * length, length, colour) for number in range(CELLS))


def _cell(day: Day, starts_at: datetime, length: timedelta, colour: dict[PersonId, int]) -> int:
    longest, shown = timedelta(), NOBODY
    for shift in day.shifts:
        lasts = min(shift.ends_at or day.ends_at, starts_at + length) - max(shift.starts_at, starts_at)
        if lasts <= timedelta():
            continue
        if not shift.people:
            return NOBODY
        if lasts > longest:
            longest, shown = lasts, colour[shift.people[0]]
    return shown
