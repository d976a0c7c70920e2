"""An engine that stops lets its duties end and then does nothing more."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.clock import ManualClock, SystemClock
from bot.engine.scheduler import Duty
from tests.engine.engine_debts import HOUR, SOON, START, Debts, started, turns, until


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def debts(clock: ManualClock) -> Iterator[Debts]:
    debts = Debts(clock)
    with closing(debts.db):
        yield debts


async def test_stop_lets_the_duty_in_flight_end(clock: ManualClock, debts: Debts) -> None:
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    debts.before_pay = wait
    debts.owe(START)
    async with started(clock, debts.duty()) as engine:
        await until(lambda: debts.running == 1)
        stopping = asyncio.create_task(engine.stop(timeout=10))
        await turns(10)
        assert not stopping.done()
        gate.set()
        await stopping
        assert (debts.unpaid(), engine.health().running) == (0, False)


async def test_stop_cancels_what_does_not_end_in_time(clock: ManualClock, debts: Debts) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    debts.before_pay = hang
    debts.owe(START)
    async with started(clock, debts.duty()) as engine:
        await until(lambda: debts.running == 1)
        await engine.stop(timeout=SOON)
        assert (debts.running, debts.unpaid(), engine.health().in_flight) == (0, 1, ())


async def test_after_stop_a_wake_up_or_a_moved_clock_does_nothing(clock: ManualClock, debts: Debts) -> None:
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        engine.wake("escalate")  # on its way when the engine stops
        await engine.stop()
        runs = debts.runs
        debts.owe(START)
        for hours in (1, 2, 3):
            engine.wake("escalate", START - hours * HOUR)  # earlier than all before it
            clock.forward(hours=1)
            await turns(5)
        await engine.idle()
        assert (debts.runs, debts.unpaid()) == (runs, 1)
        await engine.stop()


async def test_a_timer_of_the_scheduler_that_fires_while_it_stops_does_nothing(
    clock: ManualClock, debts: Debts
) -> None:
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        debts.owe(START)
        runs = debts.runs
        scheduler = engine._scheduler
        stopping = asyncio.create_task(engine.stop())
        while not stopping.done():
            if scheduler.running:
                scheduler.wakeup()  # what its timer calls; the last one lands behind the shutdown
            await asyncio.sleep(0)  # each turn of the loop is the case under test
        assert debts.runs == runs


async def test_no_duty_starts_while_another_ends_at_stop(debts: Debts) -> None:
    debts.clock = clock = SystemClock()
    gate = asyncio.Event()
    in_flight = asyncio.Event()

    async def hold() -> None:
        in_flight.set()
        await gate.wait()

    async def due() -> datetime | None:
        return None if in_flight.is_set() else START

    async with started(clock, Duty("deliver", hold, due, "real"), debts.duty()) as engine:
        await in_flight.wait()
        at = clock.now() + timedelta(seconds=0.1)
        debts.owe(at)
        engine.wake("escalate", at)
        await turns(10)
        stopping = asyncio.create_task(engine.stop(timeout=10))
        await until(lambda: clock.now() > at + timedelta(seconds=0.1))
        gate.set()
        await stopping
        assert debts.runs == 0


async def test_an_engine_starts_once(clock: ManualClock, debts: Debts) -> None:
    async with started(clock, debts.duty()) as engine:
        with pytest.raises(RuntimeError, match="starts once"):
            await engine.start()
        await engine.stop()
        with pytest.raises(RuntimeError, match="starts once"):
            await engine.start()
