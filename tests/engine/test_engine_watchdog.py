"""What is stuck is seen, told and started anew."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock, SystemClock
from tests.engine.engine_debts import MINUTE, SOON, START, Debts, started, turns, until


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def debts(clock: ManualClock) -> Iterator[Debts]:
    debts = Debts(clock)
    with closing(debts.db):
        yield debts


async def test_the_watchdog_replaces_a_scheduler_whose_timer_is_dead(debts: Debts) -> None:
    debts.clock = clock = SystemClock()
    with capture_logs() as logs:
        async with started(clock, debts.duty(), refresh_every=SOON) as engine:
            await engine.idle()
            engine._scheduler.pause()  # passes no more, and still says that it is running
            assert engine._scheduler.running
            debts.owe(clock.now())
            await until(lambda: "scheduler" in engine.health().stalled)
            await until(lambda: debts.unpaid() == 0)
            await until(lambda: engine.health().stalled == ())
    assert "scheduler_stalled" in {entry["event"] for entry in logs}


async def test_the_watchdog_cancels_a_duty_that_hangs_and_it_runs_again(debts: Debts) -> None:
    debts.clock = clock = SystemClock()

    async def hang_once() -> None:
        if debts.runs == 1:
            await asyncio.Event().wait()

    debts.before_pay = hang_once
    debts.owe(clock.now())
    with capture_logs() as logs:
        async with started(clock, debts.duty(), refresh_every=SOON, stuck_after=3 * SOON) as engine:
            await until(lambda: debts.unpaid() == 0)
            await until(lambda: engine.health().stalled == ())
    assert debts.runs == 2
    assert "duty_stuck" in {entry["event"] for entry in logs}


async def test_the_watchdog_restarts_a_refresher_that_ended(debts: Debts) -> None:
    debts.clock = clock = SystemClock()
    async with started(clock, debts.duty(), refresh_every=SOON) as engine:
        await engine.idle()
        engine._refreshers["escalate"].cancel()
        await turns(3)
        debts.owe(clock.now())
        await until(lambda: debts.unpaid() == 0)


async def test_health_tells_when_each_duty_last_ended(clock: ManualClock, debts: Debts) -> None:
    debts.owe(START + MINUTE)
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        assert engine.health().last_pass_at == {"escalate": None}
        clock.forward(minutes=1)
        await engine.idle()
        health = engine.health()
    assert health.last_pass_at == {"escalate": START + MINUTE}
    assert (health.running, health.in_flight, health.stalled) == (True, (), ())
