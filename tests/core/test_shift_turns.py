"""What is told when shifts change hands, and when to look next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import (
    NO_CHANGES,
    Changes,
    Layer,
    Override,
    RotationUnit,
    Schedule,
    changes_of,
)
from bot.core.shift_turns import Turn, Turns, notice_before, turns

ANA, BOB = PersonId("ana"), PersonId("bob")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""Ana has the week before, Bob the week from then on, Ana the next."""


def weekly(zone: str = "UTC", unit: RotationUnit = RotationUnit.WEEKS) -> Schedule:
    layer = Layer(((ANA,), (BOB,)), unit, 1, time(9), date(2026, 1, 12))
    return Schedule(ScheduleId("primary"), "primary", zone, (layer,))


PRIMARY = weekly()


def override(person: PersonId, starts_at: datetime, hours: float) -> Override:
    return Override(PRIMARY.id, person, starts_at, starts_at + timedelta(hours=hours), made_at=starts_at)


def look(
    since: datetime,
    now: datetime,
    was: tuple[PersonId, ...] = (ANA,),
    changes: Changes = NO_CHANGES,
    schedule: Schedule = PRIMARY,
) -> Turns:
    return turns(schedule, changes, was, since, now, since)


def test_at_a_hand_off_one_begins_and_the_other_ends() -> None:
    seen = look(MONDAY - timedelta(hours=1), MONDAY)
    assert (seen.begun, seen.over) == ((Turn(BOB, MONDAY),), (Turn(ANA, MONDAY),))
    assert (seen.on_call, seen.before, seen.changed_at) == ((BOB,), (ANA,), MONDAY)


def test_a_moment_before_it_nothing_is_told_and_it_is_looked_at_again_just_then() -> None:
    seen = look(MONDAY - timedelta(hours=2), MONDAY - timedelta(seconds=1))
    assert (seen.begun, seen.over, seen.changed_at) == ((), (), None)
    assert seen.look_at == MONDAY


def test_a_week_is_told_a_day_before() -> None:
    noticed = MONDAY - timedelta(hours=24)
    assert look(noticed - timedelta(hours=3), noticed - timedelta(hours=1)).look_at == noticed
    assert look(noticed - timedelta(hours=1), noticed).upcoming == (Turn(BOB, MONDAY),)
    assert look(noticed, noticed + timedelta(minutes=1)).upcoming == ()


def test_whoever_only_pauses_needs_no_notice() -> None:
    """Ana covers four hours of Bob's week; he is on call when his notice for the rest would be due."""
    friday = MONDAY + timedelta(days=4, hours=5)
    changes = changes_of(PRIMARY.id, [override(ANA, friday + timedelta(hours=20), 4)])
    assert look(friday - timedelta(hours=1), friday, (BOB,), changes).upcoming == ()


@pytest.mark.parametrize(
    ("remind_before", "lasts", "before"),
    [
        (timedelta(hours=24), timedelta(days=7), timedelta(hours=24)),
        (timedelta(hours=24), timedelta(days=1), timedelta(hours=1)),
        (timedelta(hours=24), timedelta(hours=8), timedelta(hours=1)),
        (timedelta(minutes=30), timedelta(hours=8), timedelta(minutes=30)),
        (timedelta(days=3), None, timedelta(days=3)),
    ],
)
def test_short_shifts_are_told_an_hour_before(
    remind_before: timedelta, lasts: timedelta | None, before: timedelta
) -> None:
    assert notice_before(remind_before, lasts) == before


def test_whoever_wants_no_notice_gets_none() -> None:
    silent = replace(PRIMARY, remind_before=timedelta())
    noticed = MONDAY - timedelta(hours=24)
    seen = look(noticed - timedelta(hours=1), noticed, schedule=silent)
    assert (seen.upcoming, seen.look_at) == ((), MONDAY)


def test_an_override_begins_and_ends_like_a_shift() -> None:
    noon = MONDAY + timedelta(hours=3)
    changes = changes_of(PRIMARY.id, [override(ANA, noon, 4)])
    seen = look(MONDAY, noon, (BOB,), changes)
    assert (seen.begun, seen.over) == ((Turn(ANA, noon),), (Turn(BOB, noon),))
    back = noon + timedelta(hours=4)
    assert seen.look_at == back
    assert look(noon, back, (ANA,), changes).begun == (Turn(BOB, back),)


def test_an_override_within_ones_own_week_is_no_change() -> None:
    noon = MONDAY - timedelta(days=3)
    seen = look(
        MONDAY - timedelta(days=4),
        noon + timedelta(hours=5),
        (ANA,),
        changes_of(PRIMARY.id, [override(ANA, noon, 4)]),
    )
    assert (seen.begun, seen.over, seen.changed_at) == ((), (), None)


def test_after_a_downtime_only_the_truth_of_now_is_told() -> None:
    noon = MONDAY - timedelta(days=3)
    changes = changes_of(PRIMARY.id, [override(BOB, noon, 4)])
    came_and_went = look(noon - timedelta(hours=1), noon + timedelta(hours=6), (ANA,), changes)
    assert came_and_went.begun == (Turn(ANA, noon + timedelta(hours=4)),)
    assert came_and_went.over == ()


def test_what_is_taken_back_while_nobody_looked_ends_for_whoever_was_told() -> None:
    """Bob was told that he is on call, and by another configuration he never was."""
    wednesday = MONDAY - timedelta(days=5)
    seen = look(wednesday, wednesday + timedelta(hours=1), (BOB,))
    assert (seen.begun, seen.over) == ((Turn(ANA, wednesday),), (Turn(BOB, wednesday),))


@pytest.mark.parametrize(
    ("zone", "monday_before", "monday_after"),
    [
        # Clocks went back on 1 November 2026 in New York, and forward on 4 October in Sydney.
        ("America/New_York", datetime(2026, 10, 26, 13, tzinfo=UTC), datetime(2026, 11, 2, 14, tzinfo=UTC)),
        ("Australia/Sydney", datetime(2026, 9, 27, 23, tzinfo=UTC), datetime(2026, 10, 4, 22, tzinfo=UTC)),
    ],
)
def test_a_hand_off_is_at_nine_by_local_clocks_on_both_sides_of_a_change_of_clocks(
    zone: str, monday_before: datetime, monday_after: datetime
) -> None:
    schedule = replace(weekly(zone), remind_before=timedelta())
    first = look(monday_before - timedelta(hours=2), monday_before, (ANA,), schedule=schedule)
    present = first.on_call
    assert first.look_at == monday_after
    second = look(monday_before, monday_after, present, schedule=schedule)
    assert [turn.at for turn in (*second.begun, *second.over)] == [monday_after, monday_after]


def test_with_nothing_to_come_it_is_looked_at_again_after_days() -> None:
    alone = Schedule(
        PRIMARY.id, "primary", "UTC", (Layer(((ANA,),), RotationUnit.WEEKS, 1, time(9), date(2026, 1, 12)),)
    )
    assert look(MONDAY, MONDAY, schedule=alone).look_at == MONDAY + timedelta(days=8)
