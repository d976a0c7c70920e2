"""Who is on call: tables for the nights when clocks change, and properties against a walk through every hand-off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import (
    BEGINNING,
    NO_CHANGES,
    CalendarLayer,
    CalendarSpan,
    Layer,
    Override,
    RotationUnit,
    Schedule,
    TimeOfDay,
    TimeOff,
    TimeOfWeek,
    Weekday,
    changes_of,
    on_call,
    shifts,
    wall_clock,
)

ANA, BOB, CAROL = PersonId("ana"), PersonId("bob"), PersonId("carol")
PRIMARY = ScheduleId("payments-primary")
MOMENT = timedelta(microseconds=1)
MONDAY = date(2026, 1, 5)


def rotation(
    *participants: Sequence[PersonId],
    unit: RotationUnit = RotationUnit.WEEKS,
    every: int = 1,
    hand_off: time = time(9),
    starts_on: date = MONDAY,
) -> Layer:
    return Layer(tuple(tuple(place) for place in participants), unit, every, hand_off, starts_on)


def schedule(*layers: Layer | CalendarLayer, zone: str = "UTC") -> Schedule:
    return Schedule(PRIMARY, "Payments primary", zone, layers)


def override(person: PersonId, start: datetime, hours: float, made: datetime, number: int = 0) -> Override:
    return Override(PRIMARY, person, start, start + timedelta(hours=hours), made, id=number)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


WEEKLY = schedule(rotation([ANA], [BOB]))


def test_a_weekly_rotation_hands_off_at_the_instant() -> None:
    shift = on_call(WEEKLY, NO_CHANGES, at(2026, 1, 12, 9) - MOMENT)
    assert (shift.people, shift.starts_at, shift.ends_at) == ((ANA,), at(2026, 1, 5, 9), at(2026, 1, 12, 9))
    assert on_call(WEEKLY, NO_CHANGES, at(2026, 1, 12, 9)).people == (BOB,)
    assert on_call(WEEKLY, NO_CHANGES, at(2026, 1, 19, 9)).people == (ANA,)


def test_nobody_is_on_call_before_the_first_hand_off() -> None:
    shift = on_call(WEEKLY, NO_CHANGES, at(2026, 1, 5, 9) - MOMENT)
    assert (shift.people, shift.starts_at, shift.ends_at) == ((), BEGINNING, at(2026, 1, 5, 9))


def test_a_rotation_of_one_place_never_ends() -> None:
    shift = on_call(schedule(rotation([ANA, BOB])), NO_CHANGES, at(2030, 1, 1))
    assert (shift.people, shift.starts_at, shift.ends_at) == ((ANA, BOB), at(2026, 1, 5, 9), None)


def test_places_in_a_row_with_the_same_people_are_one_shift() -> None:
    shift = on_call(schedule(rotation([ANA], [ANA], [BOB])), NO_CHANGES, at(2026, 1, 15))
    assert (shift.starts_at, shift.ends_at) == (at(2026, 1, 5, 9), at(2026, 1, 19, 9))


def test_an_empty_place_is_a_gap_joined_with_the_time_before_the_first_hand_off() -> None:
    shift = on_call(schedule(rotation([], [ANA])), NO_CHANGES, at(2026, 1, 6))
    assert (shift.people, shift.starts_at, shift.ends_at) == ((), BEGINNING, at(2026, 1, 12, 9))


def test_a_schedule_without_layers_or_with_nobody_is_one_endless_gap() -> None:
    for empty in (schedule(), schedule(rotation([], [])), schedule(rotation())):
        shift = on_call(empty, NO_CHANGES, at(2026, 1, 6))
        assert (shift.people, shift.starts_at, shift.ends_at) == ((), BEGINNING, None)


def test_the_highest_layer_that_has_somebody_wins() -> None:
    layered = schedule(rotation([ANA]), rotation([BOB], [], starts_on=date(2026, 1, 12)))
    seen = shifts(layered, NO_CHANGES, at(2026, 1, 5), at(2026, 2, 2))
    assert [(shift.people, shift.starts_at) for shift in seen] == [
        ((), at(2026, 1, 5)),
        ((ANA,), at(2026, 1, 5, 9)),
        ((BOB,), at(2026, 1, 12, 9)),
        ((ANA,), at(2026, 1, 19, 9)),
        ((BOB,), at(2026, 1, 26, 9)),
    ]


# The nights when clocks change. New York loses 02:00-03:00 on 8 March 2026 and repeats 01:00-02:00 on 1 November;
# London loses 01:00-02:00 on 29 March and repeats it on 25 October; Lord Howe loses 02:00-02:30 on 4 October and
# repeats 01:30-02:00 on 5 April.
@pytest.mark.parametrize(
    ("zone", "day", "shown", "instant"),
    [
        ("America/New_York", date(2026, 3, 8), time(1, 59), at(2026, 3, 8, 6, 59)),
        ("America/New_York", date(2026, 3, 8), time(2, 0), at(2026, 3, 8, 7, 0)),
        ("America/New_York", date(2026, 3, 8), time(2, 30), at(2026, 3, 8, 7, 0)),
        ("America/New_York", date(2026, 3, 8), time(3, 0), at(2026, 3, 8, 7, 0)),
        ("America/New_York", date(2026, 11, 1), time(1, 30), at(2026, 11, 1, 5, 30)),
        ("Europe/London", date(2026, 3, 29), time(1, 15), at(2026, 3, 29, 1, 0)),
        ("Europe/London", date(2026, 10, 25), time(1, 15), at(2026, 10, 25, 0, 15)),
        ("Europe/London", date(2026, 10, 25), time(2, 0), at(2026, 10, 25, 2, 0)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), at(2026, 10, 3, 15, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), at(2026, 4, 4, 14, 45)),
        ("Asia/Kolkata", date(2026, 3, 8), time(9, 0), at(2026, 3, 8, 3, 30)),
        # Samoa skipped all of 30 December 2011.
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), at(2011, 12, 30, 10, 0)),
    ],
)
def test_a_skipped_time_is_the_first_instant_after_it_and_a_repeated_one_the_first(
    zone: str, day: date, shown: time, instant: datetime
) -> None:
    assert wall_clock(day, shown, ZoneInfo(zone)) == instant


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 7), 23),
        ("America/New_York", date(2026, 10, 31), 25),
        ("Europe/London", date(2026, 3, 28), 23),
        ("Europe/London", date(2026, 10, 24), 25),
        ("Australia/Lord_Howe", date(2026, 10, 3), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 4), 24.5),
    ],
)
def test_a_daily_shift_over_a_change_of_clocks_keeps_its_local_hand_off(
    zone: str, day: date, hours: float
) -> None:
    daily = schedule(rotation([ANA], [BOB], unit=RotationUnit.DAYS), zone=zone)
    shift = on_call(daily, NO_CHANGES, datetime.combine(day, time(20), ZoneInfo(zone)))
    assert shift.ends_at is not None
    assert shift.starts_at.astimezone(ZoneInfo(zone)).time() == time(9)
    assert shift.ends_at.astimezone(ZoneInfo(zone)).time() == time(9)
    assert shift.ends_at - shift.starts_at == timedelta(hours=hours)


def test_a_rotation_of_hours_counts_real_hours_over_a_change_of_clocks() -> None:
    layer = rotation(
        [ANA], [BOB], unit=RotationUnit.HOURS, every=12, hand_off=time(8), starts_on=date(2026, 3, 7)
    )
    seen = shifts(schedule(layer, zone="America/New_York"), NO_CHANGES, at(2026, 3, 7, 13), at(2026, 3, 9, 1))
    assert [shift.starts_at for shift in seen] == [
        at(2026, 3, 7, 13),
        at(2026, 3, 8, 1),
        at(2026, 3, 8, 13),  # 09:00 local: the clocks went forward in between
    ]


def test_an_override_wins_for_its_span_and_splits_the_shift() -> None:
    cover = override(CAROL, at(2026, 1, 7, 12), 4, made=at(2026, 1, 6))
    seen = shifts(WEEKLY, changes_of(PRIMARY, [cover]), at(2026, 1, 6), at(2026, 1, 8))
    assert [(shift.people, shift.starts_at, shift.ends_at, shift.override) for shift in seen] == [
        ((ANA,), at(2026, 1, 6), at(2026, 1, 7, 12), None),
        ((CAROL,), at(2026, 1, 7, 12), at(2026, 1, 7, 16), cover),
        ((ANA,), at(2026, 1, 7, 16), at(2026, 1, 8), None),
    ]


def test_of_overlapping_overrides_the_latest_made_wins() -> None:
    first = override(BOB, at(2026, 1, 7), 10, made=at(2026, 1, 2), number=2)
    later = override(CAROL, at(2026, 1, 7, 4), 2, made=at(2026, 1, 3), number=1)
    seen = shifts(WEEKLY, changes_of(PRIMARY, [later, first]), at(2026, 1, 7), at(2026, 1, 7, 10))
    assert [(shift.people, shift.starts_at) for shift in seen] == [
        ((BOB,), at(2026, 1, 7)),
        ((CAROL,), at(2026, 1, 7, 4)),
        ((BOB,), at(2026, 1, 7, 6)),
    ]


def test_overrides_of_other_schedules_and_empty_ones_change_nothing() -> None:
    other = Override(ScheduleId("other"), CAROL, at(2026, 1, 6), at(2026, 1, 9), at(2026, 1, 1))
    empty = override(CAROL, at(2026, 1, 7), 0, made=at(2026, 1, 1))
    assert on_call(WEEKLY, changes_of(PRIMARY, [other, empty]), at(2026, 1, 7)) == on_call(
        WEEKLY, NO_CHANGES, at(2026, 1, 7)
    )


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        on_call(WEEKLY, NO_CHANGES, datetime(2026, 1, 7))  # noqa: DTZ001


def test_far_from_the_first_hand_off_the_answer_is_as_quick() -> None:
    hourly = schedule(rotation([ANA], [BOB], unit=RotationUnit.HOURS, starts_on=date(1971, 1, 1)))
    daily = schedule(rotation([ANA], [BOB], unit=RotationUnit.DAYS, starts_on=date(1971, 1, 1)))
    for far in (hourly, daily):  # a walk through the hand-offs would take minutes for these
        for minute in range(500):
            on_call(far, NO_CHANGES, at(2190, 1, 1) + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("zone", "day", "shown", "before", "after"),
    [
        # In the gap: the hand-off of that night is the first instant after it, so the shift before is shorter.
        ("America/New_York", date(2026, 3, 8), time(2, 30), 23.5, 23.5),
        ("Europe/London", date(2026, 3, 29), time(1, 15), 23.75, 23.25),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), 23.75, 23.75),
        ("America/Santiago", date(2026, 9, 6), time(0, 30), 23.5, 23.5),
        # In the fold: the first of the two, so the shift after is longer.
        ("America/New_York", date(2026, 11, 1), time(1, 30), 24, 25),
        ("Europe/London", date(2026, 10, 25), time(1, 15), 24, 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), 24, 24.5),
        ("America/Santiago", date(2026, 4, 4), time(23, 30), 24, 25),
    ],
)
def test_a_hand_off_in_the_gap_or_the_fold(
    zone: str, day: date, shown: time, before: float, after: float
) -> None:
    starts_on = day - timedelta(days=2)
    daily = rotation([ANA], [BOB], unit=RotationUnit.DAYS, hand_off=shown, starts_on=starts_on)
    now = wall_clock(day, shown, ZoneInfo(zone))
    bobs, anas = (on_call(schedule(daily, zone=zone), NO_CHANGES, at) for at in (now - MOMENT, now))
    assert (bobs.people, anas.people) == ((BOB,), (ANA,))
    assert (bobs.starts_at, bobs.ends_at) == (now - timedelta(hours=before), now)
    assert (anas.starts_at, anas.ends_at) == (now, now + timedelta(hours=after))


@pytest.mark.parametrize("night", [date(2026, 9, 5), date(2026, 4, 4)])
def test_santiago_changes_its_clocks_at_midnight(night: date) -> None:
    plan = schedule(rotation([ANA], [BOB], unit=RotationUnit.DAYS), zone="America/Santiago")
    shift = on_call(plan, NO_CHANGES, datetime.combine(night, time(20), ZoneInfo("America/Santiago")))
    assert shift.ends_at is not None
    assert shift.ends_at - shift.starts_at == timedelta(hours=23 if night.month == 9 else 25)


def test_a_night_watch_is_an_hour_shorter_or_longer_when_clocks_change() -> None:
    night = Layer(((ANA,),), RotationUnit.DAYS, 1, time(9), MONDAY, None, (TimeOfDay(time(22), time(6)),))
    plan = schedule(night, zone="Europe/London")
    for day, hours in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)):
        shift = on_call(plan, NO_CHANGES, datetime.combine(day, time(23), ZoneInfo("Europe/London")))
        assert shift.ends_at is not None
        assert shift.ends_at - shift.starts_at == timedelta(hours=hours)


def test_a_restriction_that_lies_in_the_gap_is_not_open_that_night() -> None:
    watch = Layer(((ANA,),), RotationUnit.DAYS, 1, time(9), MONDAY, None, (TimeOfDay(time(2), time(2, 45)),))
    plan = schedule(watch, zone="America/New_York")
    seen = shifts(plan, NO_CHANGES, at(2026, 3, 7), at(2026, 3, 10))
    assert [shift.starts_at for shift in seen if shift.people] == [at(2026, 3, 7, 7), at(2026, 3, 9, 6)]


def test_the_leap_day_has_its_own_shift() -> None:
    daily = schedule(rotation([ANA], [BOB], [CAROL], unit=RotationUnit.DAYS, starts_on=date(2028, 2, 27)))
    seen = shifts(daily, NO_CHANGES, at(2028, 2, 27, 9), at(2028, 3, 2, 9))
    assert [(shift.people[0], shift.starts_at.date()) for shift in seen] == [
        (ANA, date(2028, 2, 27)),
        (BOB, date(2028, 2, 28)),
        (CAROL, date(2028, 2, 29)),
        (ANA, date(2028, 3, 1)),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Sao_Paulo", date(2018, 11, 3), 23),  # the last summer time
        ("America/Sao_Paulo", date(2019, 11, 2), 24),  # there is none any more
        ("Asia/Pyongyang", date(2015, 8, 14), 24.5),  # half an hour back, for good
        ("Asia/Pyongyang", date(2018, 5, 4), 23.5),  # and forward again
        ("Pacific/Apia", date(2011, 12, 29), 15),  # 30 December is skipped: its shift begins as the 31st does
    ],
)
def test_a_zone_that_changed_its_rules(zone: str, day: date, hours: float) -> None:
    plan = schedule(rotation([ANA], [BOB], unit=RotationUnit.DAYS, starts_on=date(2011, 1, 1)), zone=zone)
    shift = on_call(plan, NO_CHANGES, datetime.combine(day, time(20), ZoneInfo(zone)))
    assert shift.ends_at is not None
    assert shift.ends_at - shift.starts_at == timedelta(hours=hours)


def test_fifty_three_overlapping_overrides_are_won_by_the_latest_made() -> None:
    # Each is made later, begins an hour later and ends an hour earlier than the one before: a pyramid.
    start = at(2026, 1, 6)
    made = [
        override(PersonId(f"person-{n}"), start + timedelta(hours=n), 106 - 2 * n, at(2026, 1, 1), n)
        for n in range(53)
    ]
    seen = shifts(WEEKLY, changes_of(PRIMARY, made[::-1]), start, start + timedelta(hours=106))
    up = [PersonId(f"person-{n}") for n in range(53)]
    assert [shift.people[0] for shift in seen] == up + up[-2::-1]
    assert len({shift.override for shift in seen}) == 53
    assert seen[52].starts_at == start + timedelta(hours=52)


def test_a_weekend_restriction_crosses_the_weeks_end() -> None:
    weekend = TimeOfWeek(Weekday.FRIDAY, time(18), Weekday.MONDAY, time(9))
    layer = Layer(((BOB,),), RotationUnit.WEEKS, 1, time(9), MONDAY, None, (weekend,))
    seen = shifts(schedule(rotation([ANA]), layer), NO_CHANGES, at(2026, 1, 8), at(2026, 1, 13))
    assert [(shift.people, shift.starts_at, shift.layer) for shift in seen] == [
        ((ANA,), at(2026, 1, 8), 0),
        ((BOB,), at(2026, 1, 9, 18), 1),
        ((ANA,), at(2026, 1, 12, 9), 0),
    ]


def test_restrictions_that_meet_are_one_and_those_that_fill_the_week_are_none() -> None:
    halves = (
        TimeOfWeek(Weekday.MONDAY, time(0), Weekday.THURSDAY, time(0)),
        TimeOfWeek(Weekday.THURSDAY, time(0), Weekday.MONDAY, time(0)),
    )
    layer = Layer(((ANA,),), RotationUnit.WEEKS, 1, time(9), MONDAY, None, halves)
    assert on_call(schedule(layer), NO_CHANGES, at(2026, 2, 1)).ends_at is None
    days = (TimeOfDay(time(8), time(12)), TimeOfDay(time(12), time(16)))
    shift = on_call(schedule(replace(layer, restrictions=days)), NO_CHANGES, at(2026, 2, 1, 9))
    assert (shift.starts_at, shift.ends_at) == (at(2026, 2, 1, 8), at(2026, 2, 1, 16))


@pytest.mark.parametrize(
    "restriction",
    [
        lambda: TimeOfDay(time(9), time(9)),
        lambda: TimeOfWeek(Weekday.MONDAY, time(9), Weekday.MONDAY, time(9)),
    ],
)
def test_a_restriction_without_length_is_refused(restriction: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="no length"):
        restriction()


def test_a_layer_ends_on_its_day_and_the_layer_below_is_seen() -> None:
    upper = replace(rotation([BOB], [CAROL]), ends_on=date(2026, 1, 14))
    seen = shifts(schedule(rotation([ANA]), upper), NO_CHANGES, at(2026, 1, 5, 9), at(2026, 1, 20))
    assert [(shift.people, shift.starts_at) for shift in seen] == [
        ((BOB,), at(2026, 1, 5, 9)),
        ((CAROL,), at(2026, 1, 12, 9)),
        ((ANA,), at(2026, 1, 14, 9)),
    ]


def test_a_time_before_the_first_hand_off_and_a_closed_one_after_it_are_one_gap() -> None:
    by_night = replace(rotation([ANA]), restrictions=(TimeOfDay(time(21), time(9)),))
    shift = on_call(schedule(by_night), NO_CHANGES, at(2026, 1, 5, 12))
    assert (shift.people, shift.starts_at, shift.ends_at) == ((), BEGINNING, at(2026, 1, 5, 21))


def test_the_next_in_rotation_stands_in_and_the_shift_says_for_whom() -> None:
    plan = schedule(rotation([ANA], [BOB, CAROL], []))
    away = [TimeOff(ANA, at(2026, 1, 6), at(2026, 1, 13)), TimeOff(BOB, at(2026, 1, 7), at(2026, 1, 14))]
    seen = shifts(plan, changes_of(PRIMARY, time_off=away), at(2026, 1, 5, 9), at(2026, 1, 19, 9))
    assert [(shift.people, shift.standing_in_for, shift.starts_at) for shift in seen] == [
        ((ANA,), (), at(2026, 1, 5, 9)),
        ((BOB, CAROL), (ANA,), at(2026, 1, 6)),
        ((CAROL,), (ANA,), at(2026, 1, 7)),
        ((CAROL,), (BOB,), at(2026, 1, 12, 9)),  # the turn of both; Bob is away
        ((BOB, CAROL), (), at(2026, 1, 14)),
    ]


def test_a_layer_whose_people_are_all_away_is_seen_through() -> None:
    plan = schedule(rotation([CAROL]), rotation([ANA], [BOB]))
    away = [TimeOff(person, at(2026, 1, 6), at(2026, 1, 8)) for person in (ANA, BOB)]
    shift = on_call(plan, changes_of(PRIMARY, time_off=away), at(2026, 1, 7))
    assert (shift.people, shift.layer) == ((CAROL,), 0)
    assert (shift.starts_at, shift.ends_at) == (at(2026, 1, 6), at(2026, 1, 8))


def test_an_overrides_person_is_not_replaced_while_away() -> None:
    made = override(CAROL, at(2026, 1, 7), 4, made=at(2026, 1, 6))
    changes = changes_of(PRIMARY, [made], [TimeOff(CAROL, at(2026, 1, 1), at(2026, 2, 1))])
    assert on_call(WEEKLY, changes, at(2026, 1, 7, 1)).people == (CAROL,)


def test_a_calendar_is_a_layer_and_is_seen_through_where_it_says_nothing() -> None:
    url = "https://calendar.example.com/on-call.ics"
    plan = schedule(rotation([ANA]), CalendarLayer(url))
    spans = [
        CalendarSpan(BOB, at(2026, 1, 7), at(2026, 1, 9)),
        CalendarSpan(CAROL, at(2026, 1, 8), at(2026, 1, 9)),
    ]
    seen = shifts(plan, changes_of(PRIMARY, calendars={url: spans}), at(2026, 1, 6), at(2026, 1, 10))
    assert [(shift.people, shift.starts_at) for shift in seen] == [
        ((ANA,), at(2026, 1, 6)),
        ((BOB,), at(2026, 1, 7)),
        ((BOB, CAROL), at(2026, 1, 8)),
        ((ANA,), at(2026, 1, 9)),
    ]
    assert on_call(plan, NO_CHANGES, at(2026, 1, 7)).people == (ANA,)  # not read yet


@pytest.mark.parametrize("zone", ["America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/London"])
def test_every_local_quarter_of_a_year_is_found_as_by_looking_at_the_clock(zone: str) -> None:
    local = ZoneInfo(zone)
    quarter, seen = at(2026, 1, 2), set()
    while quarter < at(2027, 1, 1):
        shown = quarter.astimezone(local)
        if shown.replace(tzinfo=None) not in seen:  # the first of two
            seen.add(shown.replace(tzinfo=None))
            assert wall_clock(shown.date(), shown.time().replace(fold=0), local) == quarter
        quarter += timedelta(minutes=15)


# Against a walk: the hand-offs are found by looking at a local clock minute by minute, and overrides are laid over in
# the order in which they were made.

ZONES = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Apia",
)
NIGHTS = {
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}


def first_minute_shown(day: date, shown: time, zone: ZoneInfo) -> datetime:
    """The first minute at which a local clock shows `shown` of `day` or later."""
    wanted = datetime.combine(day, shown)
    minute = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while minute.astimezone(zone).replace(tzinfo=None) < wanted:
        minute += timedelta(minutes=1)
    return minute


def walk_layer(layer: Layer, zone: ZoneInfo, at: datetime) -> tuple[PersonId, ...]:
    begins = first_minute_shown(layer.starts_on, layer.hand_off, zone)
    day, turn = layer.starts_on, -1
    while begins <= at:
        turn += 1
        if layer.unit is RotationUnit.HOURS:
            begins += timedelta(hours=layer.every)
        else:
            day += timedelta(days=layer.every * (7 if layer.unit is RotationUnit.WEEKS else 1))
            begins = first_minute_shown(day, layer.hand_off, zone)
    return layer.participants[turn % len(layer.participants)] if turn >= 0 else ()


def walk(plan: Schedule, overrides: Sequence[Override], at: datetime) -> tuple[PersonId, ...]:
    people: tuple[PersonId, ...] = ()
    for layer in plan.layers:
        assert isinstance(layer, Layer)
        people = walk_layer(layer, ZoneInfo(plan.time_zone), at) or people
    for one in sorted(overrides, key=lambda one: (one.made_at, one.id)):
        if one.starts_at <= at < one.ends_at:
            people = (one.person,)
    return people


people_strategy = st.sampled_from((ANA, BOB, CAROL))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """A schedule, and an instant within three weeks of its start; half of them near a night when clocks change."""
    zone = draw(st.sampled_from(ZONES))
    night = draw(st.sampled_from(NIGHTS.get(zone, (date(2026, 6, 1),))))
    starts_on = night - timedelta(days=draw(st.integers(0, 15)))
    layers = draw(
        st.lists(
            st.builds(
                Layer,
                st.lists(
                    st.lists(people_strategy, max_size=2, unique=True).map(tuple), min_size=1, max_size=4
                ).map(tuple),
                st.sampled_from(RotationUnit),
                st.integers(1, 3),
                st.times(min_value=time(0), max_value=time(4)).map(lambda t: time(t.hour, t.minute)),
                st.just(starts_on),
            ),
            min_size=1,
            max_size=2,
        )
    )
    near = datetime.combine(night, time(0), ZoneInfo(zone)).astimezone(UTC)
    instant = near + timedelta(minutes=draw(st.integers(-60, 300) | st.integers(-20_000, 6_000)))
    return schedule(*layers, zone=zone), instant


overrides_strategy = st.lists(
    st.tuples(people_strategy, st.integers(-96, 96), st.integers(0, 96), st.integers(0, 3)), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(schedules(), overrides_strategy)
def test_the_resolver_agrees_with_a_walk(
    drawn: tuple[Schedule, datetime], rows: list[tuple[PersonId, int, int, int]]
) -> None:
    plan, now = drawn
    overrides = [
        override(who, now + timedelta(minutes=15 * start), length / 4, at(2026, 1, 1 + made), number)
        for number, (who, start, length, made) in enumerate(rows)
    ]
    shift = on_call(plan, changes_of(PRIMARY, overrides), now)
    assert shift.people == walk(plan, overrides, now)
    assert shift.starts_at <= now
    assert (
        on_call(plan, changes_of(PRIMARY, overrides), max(shift.starts_at, now - timedelta(days=40))) == shift
    )
    if shift.ends_at is not None:
        assert now < shift.ends_at
        assert on_call(plan, changes_of(PRIMARY, overrides), shift.ends_at - MOMENT) == shift
        after = on_call(plan, changes_of(PRIMARY, overrides), shift.ends_at)
        assert after.starts_at == shift.ends_at
        assert after.people == walk(plan, overrides, shift.ends_at)


@settings(max_examples=60, deadline=None)
@given(schedules(), overrides_strategy, st.integers(1, 30))
def test_shifts_tile_the_span_without_overlap(
    drawn: tuple[Schedule, datetime], rows: list[tuple[PersonId, int, int, int]], days: int
) -> None:
    plan, start = drawn
    end = start + timedelta(days=days)
    overrides = [
        override(who, start + timedelta(hours=from_hour), length, at(2026, 1, 1 + made), number)
        for number, (who, from_hour, length, made) in enumerate(rows)
    ]
    tiles = shifts(plan, changes_of(PRIMARY, overrides), start, end)
    assert (tiles[0].starts_at, tiles[-1].ends_at) == (start, end)
    assert all(one.ends_at == two.starts_at for one, two in pairwise(tiles))
    assert all(tile.ends_at is not None and tile.starts_at < tile.ends_at for tile in tiles)
    assert all(
        tile.people == on_call(plan, changes_of(PRIMARY, overrides), tile.starts_at).people for tile in tiles
    )


def test_an_empty_span_has_no_shifts() -> None:
    assert shifts(WEEKLY, NO_CHANGES, at(2026, 1, 7), at(2026, 1, 7)) == ()
