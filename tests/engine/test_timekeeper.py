"""Setting the machine's clock moves what waits with it: a page waits as long as it would have, and so does a debt."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.clock import Anchor, SteadyClock
from bot.core.ids import TOCSIN
from bot.core.page import Page
from bot.engine.timekeeper import Timekeeper
from bot.store import pages
from bot.store.database import Database
from bot.store.tables import DebtRow
from bot.usecases import paging, workspace
from tests.company import ANA, CHECKOUT, SEV1, company
from tests.conftest import NIGHT

HOUR = timedelta(hours=1)
DRIFT = timedelta(milliseconds=20)
_DEBTS = DebtRow.__table__  # type: ignore[attr-defined]


class Machine:
    """A wall clock that can be set, and the time that truly passes."""

    def __init__(self) -> None:
        self.wall = NIGHT
        self.seconds = 0.0

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def is_set(self, by: timedelta) -> None:
        self.wall += by

    def clock(self, anchor: Anchor | None = None) -> SteadyClock:
        return SteadyClock(anchor, wall=lambda: self.wall, passed=lambda: self.seconds)


async def begin(database: Database) -> Page:
    async with database.write() as tx:
        return await paging.begin(tx, company(), service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN)


async def waits(database: Database, number: Page) -> timedelta:
    async with database.read() as conn:
        page = await pages.load(conn, number.id)
    assert page is not None and page.due_at is not None
    return page.due_at - database.clock.now()


async def debts_due(database: Database) -> list[timedelta]:
    async with database.read() as conn:
        due = list((await conn.execute(select(_DEBTS.c.due_at).order_by(_DEBTS.c.id))).scalars())
    return [at - database.clock.real() for at in due]


@pytest.mark.parametrize("by", [-HOUR, HOUR, timedelta(seconds=-1), timedelta(seconds=1)])
async def test_a_page_waits_as_long_as_it_would_have(database: Database, by: timedelta) -> None:
    machine = Machine()
    database.clock = clock = machine.clock()
    page = await begin(database)
    owed = await debts_due(database)
    machine.passes(60)
    machine.is_set(by)
    assert await waits(database, page) == timedelta(minutes=2), "also before anybody looks"
    await Timekeeper(database, clock).look()
    assert clock.now() == machine.wall, "schedules go by the clock on the wall"
    assert await waits(database, page) == timedelta(minutes=2)
    assert await debts_due(database) == [at - timedelta(seconds=60) for at in owed]
    machine.passes(119)
    assert await paging.advance_due(database, company()) == 0
    machine.passes(1)
    assert await paging.advance_due(database, company()) == 1


async def test_a_snoozed_page_comes_back_in_its_time(database: Database) -> None:
    machine = Machine()
    database.clock = clock = machine.clock()
    page = await begin(database)
    await paging.snooze(database, company(), page.id, ANA, timedelta(minutes=15))
    machine.is_set(-HOUR)
    await Timekeeper(database, clock).look()
    assert await waits(database, page) == timedelta(minutes=15)
    async with database.read() as conn:
        snoozed = await pages.load(conn, page.id)
    assert snoozed is not None and snoozed.snoozed_until == snoozed.due_at, "what people are shown is true"


async def test_a_sleep_of_the_machine_counts_as_time_and_takes_one_step(database: Database) -> None:
    machine = Machine()
    database.clock = clock = machine.clock()
    await begin(database)
    machine.passes(3600)
    await Timekeeper(database, clock).look()
    assert await paging.advance_due(database, company()) == 1
    assert await paging.advance_due(database, company()) == 0, "the next level has its own time"


async def test_scaled_time_goes_on_unmoved_also_after_a_restart(database: Database) -> None:
    machine = Machine()
    database.clock = machine.clock()
    kept = await workspace.time_anchor(database, 60)
    assert kept is not None
    database.clock = clock = machine.clock(Anchor(*kept))
    page = await begin(database)
    machine.is_set(HOUR)
    await Timekeeper(database, clock).look()
    assert await waits(database, page) == timedelta(minutes=3)
    again = await workspace.time_anchor(database, 60)
    assert again is not None
    database.clock = machine.clock(Anchor(*again))
    assert await waits(database, page) == timedelta(minutes=3)


async def test_drift_is_followed_without_moving_what_waits(database: Database) -> None:
    machine = Machine()
    database.clock = clock = machine.clock()
    page = await begin(database)
    machine.is_set(DRIFT)
    await Timekeeper(database, clock).look()
    assert clock.now() == machine.wall
    assert await waits(database, page) == timedelta(minutes=3) - DRIFT


async def test_a_clock_set_back_while_nobody_looked_is_caught_up_with(database: Database) -> None:
    machine = Machine()
    database.clock = machine.clock()
    page = await begin(database)
    machine.passes(60)
    await workspace.note_time(database)
    machine.is_set(-HOUR)
    database.clock = machine.clock()
    assert await workspace.catch_up_with_clock(database) == -HOUR
    assert await waits(database, page) == timedelta(minutes=2)
    assert await workspace.catch_up_with_clock(database) == timedelta(), "once"


async def test_a_start_with_a_later_time_than_was_seen_moves_nothing(database: Database) -> None:
    machine = Machine()
    database.clock = machine.clock()
    page = await begin(database)
    await workspace.note_time(database)
    machine.passes(3600)
    assert await workspace.catch_up_with_clock(database) == timedelta()
    assert await waits(database, page) == timedelta(minutes=3) - HOUR, "the stop counts: one step, at once"


@pytest.mark.parametrize("pause", [0.2, 3600])
def test_a_pause_while_both_clocks_are_read_is_no_setting(pause: float) -> None:
    machine = Machine()
    pauses = [pause]

    def looked() -> datetime:
        told = machine.wall
        machine.passes(pauses.pop() if pauses else 0.0)
        return told

    clock = SteadyClock(wall=looked, passed=lambda: machine.seconds)
    assert clock.real() == machine.wall, "amid its first look, too"
    pauses.append(pause)
    assert clock.ahead() == timedelta()
    machine.is_set(HOUR)
    assert clock.ahead() == HOUR


_events = st.lists(
    st.tuples(st.sampled_from(("passes", "is_set")), st.integers(-7200, 7200)).filter(
        lambda event: event[0] == "is_set" or event[1] >= 0
    ),
    max_size=12,
)


@given(events=_events)
def test_the_steady_clock_tells_the_time_that_passed_and_follows_the_wall(
    events: list[tuple[str, int]],
) -> None:
    machine = Machine()
    clock = machine.clock()
    deadline = clock.real() + HOUR
    for what, seconds in events:
        before = clock.real()
        if what == "passes":
            machine.passes(seconds)
        else:
            machine.is_set(timedelta(seconds=seconds))
        assert clock.real() - before == timedelta(seconds=seconds if what == "passes" else 0)
        by = clock.ahead()
        clock.follow(by)
        deadline += by
        assert clock.real() == machine.wall
    assert deadline - clock.real() == HOUR - timedelta(seconds=machine.seconds)


def test_a_deadline_keeps_its_distance_under_any_scale() -> None:
    anchor = Anchor(NIGHT, datetime(2030, 1, 1, tzinfo=NIGHT.tzinfo), 60)
    assert anchor.moved(HOUR).product_at(NIGHT + HOUR) == anchor.product_at(NIGHT)
