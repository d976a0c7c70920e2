"""Who is on call at an instant, and the final shifts of a year, beside the same rotations kept as a calendar."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bench.figures import Figure, median
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import (
    Changes,
    Layer,
    Override,
    RotationUnit,
    Schedule,
    TimeOfDay,
    TimeOfWeek,
    Weekday,
    changes_of,
    on_call,
    shifts,
)

RUNS, LOOKS = 15, 500
ZONE = "Europe/London"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
ID = ScheduleId("bench")
WEEK = tuple(Weekday(day) for day in range(5))


def _people(count: int, start: int) -> list[PersonId]:
    return [PersonId(f"person-{number:02}") for number in range(start, start + count)]


WEEKLY, BY_DAY, WEEKENDS = _people(6, 0), _people(4, 6), _people(3, 10)
LAYERS = (
    (WEEKLY, RotationUnit.WEEKS, time(9), date(2025, 1, 6), ()),
    (BY_DAY, RotationUnit.DAYS, time(9), date(2025, 1, 6), (TimeOfDay(time(9), time(17), WEEK),)),
    (
        WEEKENDS,
        RotationUnit.WEEKS,
        time(18),
        date(2025, 1, 3),
        (TimeOfWeek(Weekday.FRIDAY, time(18), Weekday.MONDAY, time(9)),),
    ),
)
SCHEDULE = Schedule(
    ID,
    "Bench",
    ZONE,
    tuple(
        Layer(tuple((who,) for who in people), unit, 1, hand_off, starts_on, None, restrictions)
        for people, unit, hand_off, starts_on, restrictions in LAYERS
    ),
)
RULES = (
    {"freq": "weekly", "interval": 6},
    {"freq": "daily", "interval": 4, "byday": ["MO", "TU", "WE", "TH", "FR"]},
    {"freq": "weekly", "interval": 3},
)
"""Of each layer's events, one for each person."""
LENGTHS = (timedelta(days=7), timedelta(hours=8), timedelta(days=2, hours=15))


def overrides(count: int) -> list[Override]:
    """Spread over the year, each of 20 hours: 50 stand apart, 10,000 lie a dozen and more upon each other."""
    starts = (NOW + number * YEAR / count for number in range(count))
    return [
        Override(ID, WEEKLY[number % 6], start, start + timedelta(hours=20), NOW, id=number)
        for number, start in enumerate(starts)
    ]


def as_calendar(made: Iterable[Override]) -> icalendar.Calendar:
    """The same layers and overrides as events that recur."""
    calendar = icalendar.Calendar()
    for (people, unit, hand_off, starts_on, _), rule, length in zip(LAYERS, RULES, LENGTHS, strict=True):
        turn = timedelta(days=7 if unit is RotationUnit.WEEKS else 1)
        first = datetime.combine(starts_on, hand_off, ZoneInfo(ZONE))
        for number, person in enumerate(people):
            _add(calendar, person, first + number * turn, length, rule)
    for one in made:
        _add(calendar, one.person, one.starts_at, one.ends_at - one.starts_at)
    return calendar


def _add(
    calendar: icalendar.Calendar,
    person: str,
    starts: datetime,
    length: timedelta,
    rule: dict[str, object] | None = None,
) -> None:
    event = icalendar.Event()
    event.add("uid", f"{len(calendar.subcomponents)}@bench")
    event.add("summary", person)
    event.add("dtstart", starts)
    event.add("dtend", starts + length)
    if rule:
        event.add("rrule", rule)
    calendar.add_component(event)


def _milliseconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Of the processor's time: nothing here waits, and what else the machine does is not meant."""
    took = []
    for _ in range(runs):
        begun = stopwatch.process_time()
        work()
        took.append((stopwatch.process_time() - begun) * 1000)
    return median(took)


def _who_at(changes: Changes) -> float:
    """Microseconds of one look, at instants all over the year."""
    instants = [NOW + number * YEAR / LOOKS for number in range(LOOKS)]
    return _milliseconds(lambda: [on_call(SCHEDULE, changes, at) for at in instants]) / LOOKS * 1000


async def measure() -> list[Figure]:
    fifty = changes_of(ID, overrides(50))
    shifts(SCHEDULE, fifty, NOW, NOW + YEAR)  # a process reckons hand-offs and windows once
    calendar = recurring_ical_events.of(as_calendar(overrides(50)))
    calendar_at = _milliseconds(lambda: calendar.at(NOW + YEAR / 2), runs=3)
    calendar_year = _milliseconds(lambda: calendar.between(NOW, NOW + YEAR), runs=3)
    few, many = _who_at(changes_of(ID, overrides(10))), _who_at(changes_of(ID, overrides(10_000)))
    return [
        Figure(
            "who is on call, 3 layers, 50 overrides",
            _who_at(fifty),
            "µs",
            f"reach 50; Grafana OnCall 7,700; recurring-ical-events here {calendar_at * 1000:,.0f}",
        ),
        Figure(
            "final shifts of a year, 3 layers, 50 overrides",
            _milliseconds(lambda: shifts(SCHEDULE, fifty, NOW, NOW + YEAR)),
            "ms",
            f"reach 5; Grafana OnCall 52; recurring-ical-events here {calendar_year:,.0f}",
        ),
        Figure("who is on call, 10,000 overrides to 10", many / few, "times", "log n: 4"),
    ]
