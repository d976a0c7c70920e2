"""Somebody sets the wall clock: no duty runs early and no deadline is lost."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from typing import Any

import apscheduler.schedulers.base
import pytest

from bot.clock import ManualClock, SystemClock
from tests.engine.engine_debts import HOUR, SOON, START, Debts, started, until


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def debts(clock: ManualClock) -> Iterator[Debts]:
    debts = Debts(clock)
    with closing(debts.db):
        yield debts


class WallClock(SystemClock):
    """The machine's wall clock, which somebody sets; monotonic time goes on undisturbed."""

    def __init__(self) -> None:
        super().__init__()
        self.off = timedelta()

    def real(self) -> datetime:
        return super().real() + self.off


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """One wall clock for us and for APScheduler, which asks by itself."""
    clock = WallClock()

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.real().astimezone(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Datetime)
    return clock


async def test_a_wall_clock_set_an_hour_ahead_loses_no_deadline(wall: WallClock, debts: Debts) -> None:
    debts.clock = wall
    at = wall.now() + HOUR / 2
    debts.owe(at)
    async with started(wall, debts.duty(), refresh_every=SOON) as engine:
        await engine.idle()
        assert debts.runs == 0
        wall.off = HOUR
        await until(lambda: debts.unpaid() == 0)


async def test_a_wall_clock_set_an_hour_back_runs_no_duty_early(wall: WallClock, debts: Debts) -> None:
    debts.clock = wall
    at = wall.now() + timedelta(seconds=0.3)
    debts.owe(at)
    async with started(wall, debts.duty(), refresh_every=SOON) as engine:
        await engine.idle()
        wall.off = -HOUR
        passed = time.monotonic() + 0.6  # by then the timer that was set before the jump has fired
        await until(lambda: time.monotonic() > passed)
        assert (debts.runs, debts.unpaid()) == (0, 1)
        wall.off = timedelta()
        await until(lambda: debts.unpaid() == 0)
    assert debts.paid[0][1] >= at
