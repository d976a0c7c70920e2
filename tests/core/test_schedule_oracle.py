"""The resolver against an oracle that shares no code with it, and against calendars, over two years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import (
    NO_CHANGES,
    CalendarLayer,
    CalendarSpan,
    Changes,
    Layer,
    Override,
    Restriction,
    RotationUnit,
    Schedule,
    Shift,
    TimeOfDay,
    TimeOff,
    TimeOfWeek,
    Weekday,
    changes_of,
    on_call,
    shifts,
)
from tests.core.schedule_oracle import Oracle

PLAN = ScheduleId("plan")
URL = "https://calendar.example.com/on-call.ics"
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
ZONES = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Africa/Casablanca",
)
"""With half and quarter hours, of both hemispheres, changed at midnight and by half an hour, and in Ramadan."""

people = st.sampled_from([PersonId(name) for name in ("ana", "bob", "carol", "dan", "erin")])
clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 0, 15, 30)))
instants = st.integers(0, int((END - START).total_seconds() // 900) - 1).map(
    lambda quarters: START + timedelta(minutes=15 * quarters)
)


def _restriction(kind: int, day: int, starts: time, other: int, ends: time) -> Restriction:
    if kind and (day, starts) != (other, ends):
        return TimeOfWeek(Weekday(day), starts, Weekday(other), ends)
    if starts == ends:
        ends = time((starts.hour + 8) % 24, starts.minute)
    return TimeOfDay(starts, ends, tuple(Weekday(one) for one in sorted({day, other})) if day < 5 else ())


restrictions = st.builds(
    _restriction, st.integers(0, 1), st.integers(0, 6), clocks, st.integers(0, 6), clocks
)


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    starts_on = draw(st.dates(date(2025, 12, 1), date(2026, 6, 1)))
    unit = draw(
        st.sampled_from((RotationUnit.WEEKS, RotationUnit.DAYS, RotationUnit.DAYS, RotationUnit.HOURS))
    )
    places = draw(st.lists(st.lists(people, max_size=2, unique=True).map(tuple), min_size=1, max_size=4))
    ends_after = draw(st.none() | st.integers(0, 900))
    return Layer(
        participants=tuple(places),
        unit=unit,
        every=draw(st.integers(5, 60) if unit is RotationUnit.HOURS else st.integers(1, 4)),
        hand_off=draw(clocks),
        starts_on=starts_on,
        ends_on=None if ends_after is None else starts_on + timedelta(days=ends_after),
        restrictions=tuple(draw(st.lists(restrictions, max_size=3))),
    )


schedules = st.builds(
    lambda zone, drawn: Schedule(PLAN, "Plan", zone, tuple(drawn)),
    st.sampled_from(ZONES),
    st.lists(layers() | layers() | st.just(CalendarLayer(URL)), min_size=1, max_size=3),
)


def _span(start: datetime, hours: int) -> tuple[datetime, datetime]:
    return start, start + timedelta(hours=hours)


spans = st.builds(_span, instants, st.integers(0, 400))
overrides = st.lists(st.tuples(people, spans, st.integers(0, 9)), max_size=12).map(
    lambda rows: [
        Override(PLAN, who, *span, made_at=START + timedelta(days=made), id=number)
        for number, (who, span, made) in enumerate(rows)
    ]
)
time_off = st.lists(st.builds(lambda who, span: TimeOff(who, *span), people, spans), max_size=12)
calendars = st.lists(st.builds(lambda who, span: CalendarSpan(who, *span), people, spans), max_size=8)


@settings(max_examples=40, deadline=None)
@given(schedules, overrides, time_off, calendars)
def test_the_shifts_of_two_years_are_those_of_the_oracle(
    plan: Schedule, made: list[Override], away: list[TimeOff], calendar: list[CalendarSpan]
) -> None:
    changes = changes_of(PLAN, made, away, {URL: calendar})
    final = shifts(plan, changes, START, END)
    assert (final[0].starts_at, final[-1].ends_at) == (START, END)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(final))
    assert all(_reason(one) != _reason(two) for one, two in pairwise(final))
    assert _takeovers(final) == Oracle(plan, END, made, away, calendar).tiles(START, END)


def _reason(shift: Shift) -> tuple[object, ...]:
    return shift.people, shift.override, shift.layer, shift.standing_in_for


def _takeovers(final: tuple[Shift, ...]) -> list[tuple[datetime, frozenset[PersonId]]]:
    found: list[tuple[datetime, frozenset[PersonId]]] = []
    for shift in final:
        if not found or found[-1][1] != frozenset(shift.people):
            found.append((shift.starts_at, frozenset(shift.people)))
    return found


@settings(max_examples=20, deadline=None)
@given(schedules, overrides, time_off, calendars)
def test_who_is_on_call_is_what_the_shift_list_says_at_ten_thousand_instants(
    plan: Schedule, made: list[Override], away: list[TimeOff], calendar: list[CalendarSpan]
) -> None:
    changes = changes_of(PLAN, made, away, {URL: calendar})
    final = shifts(plan, changes, START, END)
    step = (END - START) / 400
    looked = [START + step * number for number in range(400)]
    edges = [shift.starts_at for shift in final[:: max(len(final) // 50, 1)]][:50]
    looked += edges + [edge - MOMENT for edge in edges if edge > START]
    for at in looked:  # 20 examples of 500
        listed = next(shift for shift in final if shift.ends_at is not None and at < shift.ends_at)
        now = on_call(plan, changes, at)
        assert _reason(now) == _reason(listed)
        assert now.starts_at <= listed.starts_at
        assert now.starts_at == listed.starts_at or listed.starts_at == START
        assert now.ends_at == listed.ends_at or listed.ends_at == END


@settings(max_examples=25, deadline=None)
@given(schedules, overrides, time_off, instants)
def test_why_somebody_is_on_call_is_true(
    plan: Schedule, made: list[Override], away: list[TimeOff], at: datetime
) -> None:
    shift = on_call(plan, changes_of(PLAN, made, away), at)
    absent = {one.person for one in away if one.starts_at <= at < one.ends_at}
    if shift.override is not None:
        assert shift.people == (shift.override.person,)
        assert shift.override.starts_at <= shift.starts_at <= at
    else:
        assert not absent & set(shift.people)
        assert set(shift.standing_in_for) <= absent
        assert (shift.layer is None) == (not shift.people)


# Calendars: each place of a rotation is an event that recurs, as a person would enter it.

rotations = st.builds(
    Layer,
    st.lists(people.map(lambda who: (who,)), min_size=2, max_size=4, unique=True).map(tuple),
    st.sampled_from((RotationUnit.DAYS, RotationUnit.WEEKS)),
    st.integers(1, 3),
    st.sampled_from(
        (time(9), time(17, 30))
    ),  # never skipped and never twice, where RFC 5545 differs from PRODUCT §5
    st.dates(date(2025, 12, 1), date(2026, 2, 1)),
)


def _as_calendar(layer: Layer, zone: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    days = layer.every * (7 if layer.unit is RotationUnit.WEEKS else 1)
    for number, (person,) in enumerate(layer.participants):
        begins = datetime.combine(layer.starts_on, layer.hand_off, ZoneInfo(zone))
        begins += timedelta(days=number * days)
        event = icalendar.Event()
        event.add("uid", f"{number}@example.com")
        event.add("summary", person)
        event.add("dtstart", begins)
        event.add("dtend", begins + timedelta(days=days))
        event.add("rrule", {"freq": "daily", "interval": days * len(layer.participants)})
        calendar.add_component(event)
    return icalendar.Calendar.from_ical(calendar.to_ical())


def _read(calendar: icalendar.Calendar, start: datetime, end: datetime) -> list[CalendarSpan]:
    return [
        CalendarSpan(
            PersonId(str(event["summary"])),
            event["dtstart"].dt.astimezone(UTC),
            event["dtend"].dt.astimezone(UTC),
        )
        for event in recurring_ical_events.of(calendar).between(start, end)
    ]


@settings(max_examples=8, deadline=None)
@given(rotations, st.sampled_from(ZONES))
def test_a_rotation_written_as_a_calendar_reads_as_the_same_shifts(layer: Layer, zone: str) -> None:
    rotation = Schedule(PLAN, "Rotation", zone, (layer,))
    filled = Schedule(PLAN, "Calendar", zone, (CalendarLayer(URL),))
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    changes: Changes = changes_of(PLAN, calendars={URL: _read(_as_calendar(layer, zone), start, end)})
    assert shifts(filled, changes, start, end) == shifts(rotation, NO_CHANGES, start, end)
