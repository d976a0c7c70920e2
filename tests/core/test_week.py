"""The calendar's week: its days by somebody's clocks, its bars and its colours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core import week
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import NO_CHANGES, Layer, Override, RotationUnit, Schedule, TimeOfDay, changes_of
from bot.core.week import NOBODY

MONDAY = date(2026, 11, 16)
UTC_ZONE = ZoneInfo("UTC")
WEEKLY = Layer(((PersonId("ana"),), (PersonId("bob"),)), RotationUnit.WEEKS, 1, time(9), date(2026, 1, 12))
SCHEDULE = Schedule(ScheduleId("primary"), "primary", "UTC", (WEEKLY,))


def test_a_week_is_seven_days_whose_shifts_are_the_whole_of_each() -> None:
    days = week.days(SCHEDULE, NO_CHANGES, MONDAY, UTC_ZONE)
    assert [day.date for day in days] == [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        edges = [day.starts_at, *(shift.ends_at for shift in day.shifts)]
        assert [shift.starts_at for shift in day.shifts] == edges[:-1]
        assert edges[-1] == day.ends_at
    assert [shift.people for shift in days[0].shifts] == [("bob",), ("ana",)]


def test_the_days_are_those_of_the_readers_clocks() -> None:
    tokyo = week.days(SCHEDULE, NO_CHANGES, MONDAY, ZoneInfo("Asia/Tokyo"))
    assert tokyo[0].starts_at == datetime(2026, 11, 15, 15, tzinfo=UTC)
    assert tokyo[0].shifts[0].ends_at == datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_a_day_on_which_the_clocks_change_is_longer_or_shorter() -> None:
    london = ZoneInfo("Europe/London")
    autumn = week.days(SCHEDULE, NO_CHANGES, date(2026, 10, 19), london)
    spring = week.days(SCHEDULE, NO_CHANGES, date(2026, 3, 23), london)
    assert [(day.ends_at - day.starts_at) / timedelta(hours=1) for day in autumn[5:]] == [24, 25]
    assert [(day.ends_at - day.starts_at) / timedelta(hours=1) for day in spring[5:]] == [24, 23]
    assert len(week.bar(autumn[6], week.colours(SCHEDULE, autumn))) == week.CELLS


def test_the_week_of_an_instant_is_by_the_readers_clocks() -> None:
    sunday_night = datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert week.monday_of(sunday_night, UTC_ZONE) == MONDAY
    assert week.monday_of(sunday_night, ZoneInfo("Asia/Tokyo")) == MONDAY + timedelta(days=7)


def test_a_bar_shows_whoever_has_most_of_each_three_hours() -> None:
    days = week.days(SCHEDULE, NO_CHANGES, MONDAY, UTC_ZONE)
    colours = week.colours(SCHEDULE, days)
    ana, bob = colours[PersonId("ana")], colours[PersonId("bob")]
    assert week.bar(days[0], colours) == (bob, bob, bob, ana, ana, ana, ana, ana)


def test_the_shortest_gap_shows_in_the_bar() -> None:
    closed = (TimeOfDay(time(0), time(23, 59)),)
    schedule = replace(SCHEDULE, layers=(replace(WEEKLY, restrictions=closed),))
    days = week.days(schedule, NO_CHANGES, MONDAY, UTC_ZONE)
    bars = [week.bar(day, week.colours(schedule, days)) for day in days]
    assert all(bar[-1] == NOBODY and NOBODY not in bar[:-1] for bar in bars)


def test_people_keep_their_colours_from_week_to_week() -> None:
    weeks = [week.days(SCHEDULE, NO_CHANGES, MONDAY + timedelta(days=7 * n), UTC_ZONE) for n in range(4)]
    found = [week.colours(SCHEDULE, days) for days in weeks]
    assert all(colours == found[0] for colours in found)


def test_two_people_of_a_week_share_no_colour_while_there_are_enough() -> None:
    instant = datetime(2026, 11, 18, tzinfo=UTC)
    overrides = [
        Override(
            SCHEDULE.id,
            PersonId(f"guest-{n}"),
            instant + timedelta(hours=n),
            instant + timedelta(hours=n + 1),
            instant,
        )
        for n in range(4)
    ]
    days = week.days(SCHEDULE, changes_of(SCHEDULE.id, overrides), MONDAY, UTC_ZONE)
    colours = week.colours(SCHEDULE, days)
    assert len(colours) == week.COLOURS
    assert len(set(colours.values())) == week.COLOURS
