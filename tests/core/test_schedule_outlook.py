"""What is to come on schedules, and how many hours people were on call."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.ids import PersonId, ScheduleId
from bot.core.public_holidays import is_known, public_holidays
from bot.core.schedule import (
    NO_CHANGES,
    CalendarLayer,
    CalendarSpan,
    Hours,
    Layer,
    Override,
    RotationUnit,
    Schedule,
    TimeOfDay,
    TimeOff,
    Weekday,
    away_on_override,
    changes_of,
    coverage,
    gaps,
    hours_per_person,
    next_shifts,
    overlaps,
    used_in,
)

ANA, BOB, CAROL = PersonId("ana"), PersonId("bob"), PersonId("carol")
PRIMARY, SECONDARY = ScheduleId("primary"), ScheduleId("secondary")
URL = "https://calendar.example.com/on-call.ics"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def weekly(*people: PersonId, restrictions: tuple[TimeOfDay, ...] = ()) -> Layer:
    places = tuple((person,) for person in people)
    return Layer(places, RotationUnit.WEEKS, 1, time(9), date(2026, 1, 5), None, restrictions)  # from Monday


def primary(*layers: Layer | CalendarLayer, zone: str = "UTC") -> Schedule:
    return Schedule(PRIMARY, "Primary", zone, layers)


def override(person: PersonId, start: datetime, hours: int) -> Override:
    return Override(PRIMARY, person, start, start + timedelta(hours=hours), at(2026, 1, 1))


def test_somebodys_next_shifts_are_found_on_all_schedules_in_order() -> None:
    other = Schedule(SECONDARY, "Secondary", "UTC", (weekly(BOB, ANA, CAROL),))
    plans = [(primary(weekly(ANA, BOB)), NO_CHANGES), (other, NO_CHANGES)]
    found = next_shifts(plans, ANA, at(2026, 1, 6), 3)
    assert [(shift.schedule, shift.starts_at) for shift in found] == [
        (SECONDARY, at(2026, 1, 12, 9)),
        (PRIMARY, at(2026, 1, 19, 9)),
        (PRIMARY, at(2026, 2, 2, 9)),
    ]


def test_a_next_shift_is_all_of_the_unbroken_time_whatever_the_reasons() -> None:
    changes = changes_of(PRIMARY, [override(ANA, at(2026, 1, 19, 3), 12)])
    [shift] = next_shifts([(primary(weekly(ANA, BOB)), changes)], ANA, at(2026, 1, 6), 1)
    assert (shift.starts_at, shift.ends_at) == (at(2026, 1, 19, 3), at(2026, 1, 26, 9))


def test_a_next_shift_without_an_end_says_so_and_whoever_takes_no_part_has_none() -> None:
    plan = primary(weekly(ANA)), NO_CHANGES
    [shift] = next_shifts([plan], ANA, at(2026, 1, 1), 2)
    assert (shift.starts_at, shift.ends_at) == (at(2026, 1, 5, 9), None)
    assert next_shifts([plan], BOB, at(2026, 1, 1), 2) == ()
    assert next_shifts([plan], ANA, at(2026, 2, 1), 2) == ()  # it has begun


def test_gaps_are_the_times_of_nobody_and_coverage_is_the_rest() -> None:
    by_day = primary(weekly(ANA, restrictions=(TimeOfDay(time(9), time(21)),)))
    found = gaps(by_day, NO_CHANGES, at(2026, 1, 6), at(2026, 1, 7))
    assert [(gap.starts_at, gap.ends_at) for gap in found] == [
        (at(2026, 1, 6), at(2026, 1, 6, 9)),
        (at(2026, 1, 6, 21), at(2026, 1, 7)),
    ]
    assert coverage(by_day, NO_CHANGES, at(2026, 1, 6), at(2026, 1, 7)) == 0.5
    assert coverage(by_day, NO_CHANGES, at(2026, 1, 6), at(2026, 1, 6)) == 1


def test_whoever_is_away_with_nobody_to_stand_in_leaves_a_gap() -> None:
    away = [TimeOff(ANA, at(2026, 1, 6), at(2026, 1, 8)), TimeOff(BOB, at(2026, 1, 7), at(2026, 1, 9))]
    changes = changes_of(PRIMARY, time_off=away)
    [gap] = gaps(primary(weekly(ANA, BOB)), changes, at(2026, 1, 6), at(2026, 1, 12))
    assert (gap.starts_at, gap.ends_at) == (at(2026, 1, 7), at(2026, 1, 8))


def test_on_call_for_two_schedules_at_once_is_an_overlap_and_two_people_together_are_not() -> None:
    together = Layer(((ANA, BOB),), RotationUnit.WEEKS, 1, time(9), date(2026, 1, 5))
    one = primary(together), NO_CHANGES
    other = Schedule(SECONDARY, "Secondary", "UTC", (weekly(CAROL, BOB),)), NO_CHANGES
    assert overlaps([one], at(2026, 1, 5), at(2026, 2, 1)) == ()
    found = overlaps([one, other], at(2026, 1, 5), at(2026, 2, 1))
    assert [(clash.person, clash.starts_at, clash.ends_at) for clash in found] == [
        (BOB, at(2026, 1, 12, 9), at(2026, 1, 19, 9)),
        (BOB, at(2026, 1, 26, 9), at(2026, 2, 1)),
    ]
    assert found[0].schedules == (PRIMARY, SECONDARY)


def test_an_override_of_somebody_who_is_away_is_kept_and_told() -> None:
    made = override(CAROL, at(2026, 1, 6), 10)
    changes = changes_of(PRIMARY, [made], [TimeOff(CAROL, at(2026, 1, 6, 4), at(2026, 1, 8))])
    [told] = away_on_override(primary(weekly(ANA)), changes, at(2026, 1, 5), at(2026, 1, 12))
    assert (told.override, told.starts_at, told.ends_at) == (made, at(2026, 1, 6, 4), at(2026, 1, 6, 10))


def test_where_a_person_is_needed_is_found_in_layers_overrides_and_calendars() -> None:
    calendar = {URL: [CalendarSpan(CAROL, at(2026, 1, 10), at(2026, 1, 11))]}
    plan = primary(weekly(ANA, BOB), CalendarLayer(URL))
    changes = changes_of(PRIMARY, [override(BOB, at(2026, 1, 6), 2)], calendars=calendar)
    [bobs] = used_in([(plan, changes)], BOB, at(2026, 1, 6, 1))
    assert (bobs.layers, len(bobs.overrides), bobs.on_call_now) == ((0,), 1, True)
    assert bobs.next is not None
    assert bobs.next.starts_at == at(2026, 1, 12, 9)
    [carols] = used_in([(plan, changes)], CAROL, at(2026, 1, 6))
    assert (carols.layers, carols.on_call_now) == ((), False)
    assert carols.next is not None
    assert carols.next.starts_at == at(2026, 1, 10)
    assert used_in([(plan, changes)], CAROL, at(2026, 1, 12)) == ()


def test_hours_are_told_apart_in_the_persons_own_zone() -> None:
    # Ana lives in New York: 09:00 in London, the hand-off, is 04:00 there.
    plan = primary(weekly(ANA, BOB), zone="Europe/London")
    hours = hours_per_person(
        plan,
        NO_CHANGES,
        at(2026, 1, 5, 9),
        at(2026, 1, 12, 9),
        {ANA: "America/New_York"},
        {date(2026, 1, 6), date(2026, 1, 10)},
    )
    assert hours == {
        ANA: Hours(
            working=timedelta(hours=9 * 4),
            evening=timedelta(hours=6 * 4),
            # 04:00-07:00 and 22:00-24:00 on Monday, three whole nights' hours from Wednesday on, 00:00-04:00 on Monday
            night=timedelta(hours=5 + 9 * 3 + 4),
            weekend=timedelta(hours=24),
            holiday=timedelta(hours=48),
        )
    }
    assert hours[ANA].total == timedelta(days=7)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_weekend_day_on_which_clocks_change_has_its_real_length(day: date, hours: int) -> None:
    plan = primary(weekly(ANA), zone="Europe/London")
    start = datetime.combine(day, time(0), UTC) - timedelta(days=3)
    found = hours_per_person(plan, NO_CHANGES, start, start + timedelta(days=6), {})
    assert found[ANA].weekend == timedelta(hours=24 + hours)
    assert found[ANA].total == timedelta(days=6)


def test_the_hours_of_several_people_on_call_together_count_for_each() -> None:
    together = Layer(((ANA, BOB),), RotationUnit.WEEKS, 1, time(9), date(2026, 1, 5))
    found = hours_per_person(primary(together), NO_CHANGES, at(2026, 1, 6), at(2026, 1, 7), {})
    assert found == {person: Hours(*map(_hours, (9, 6, 9))) for person in (ANA, BOB)}


def _hours(count: int) -> timedelta:
    return timedelta(hours=count)


def test_public_holidays_are_those_of_a_country_or_of_a_part_of_it() -> None:
    assert date(2026, 12, 25) in public_holidays("GB", [2026])
    assert date(2026, 1, 6) in public_holidays("DE-BY", [2026])
    assert date(2026, 1, 6) not in public_holidays("DE-BE", [2026])
    assert [is_known(code) for code in ("GB", "DE-BY", "XX", "DE-XX", "GB-")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_weekdays_are_those_of_dates() -> None:
    assert Weekday(date(2026, 1, 5).weekday()) is Weekday.MONDAY
