"""Duties run when their deadlines come, whatever fails around them: real APScheduler, real rows."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import apscheduler.schedulers.base
import pytest
from structlog.testing import capture_logs

from bot.clock import Anchor, Clock, ManualClock, SystemClock
from bot.engine.jobstore import RETRY_AFTER, SAME_MINIMUM_LIMIT, Timebase
from bot.engine.scheduler import Duty, Engine

START = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NEVER = 3600.0
"""A floor so far away that only what is under test can wake a duty."""
SOON = 0.05


class Debts:
    """Rows with a deadline in SQLite, and the duty that pays them: `paid` tells when each was."""

    def __init__(self, clock: Clock, name: str = "escalate", *, batch: int = 1000) -> None:
        self.name = name
        self.clock = clock
        self.batch = batch
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE debt (id INTEGER PRIMARY KEY, due_at TEXT)")
        self.paid: list[tuple[int, datetime]] = []
        self.runs = 0
        self.running = 0
        self.most_at_once = 0
        self.before_pay: Callable[[], Awaitable[None]] = self._nothing
        self.before_read: Callable[[], Awaitable[None]] = self._nothing
        self.after_read: Callable[[], Awaitable[None]] = self._nothing

    def owe(self, at: datetime, *, count: int = 1) -> None:
        rows = [(at.isoformat(timespec="microseconds"),)] * count
        self.db.executemany("INSERT INTO debt (due_at) VALUES (?)", rows)
        self.db.commit()

    def unpaid(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM debt").fetchone()[0])

    def duty(self, timebase: Timebase = "product") -> Duty:
        return Duty(self.name, self.pay, self.earliest, timebase)

    async def earliest(self) -> datetime | None:
        await self.before_read()
        text = self.db.execute("SELECT min(due_at) FROM debt").fetchone()[0]
        await self.after_read()
        return None if text is None else datetime.fromisoformat(text)

    async def pay(self) -> None:
        self.runs += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            await self.before_pay()
            now = self.clock.now()
            due = self.db.execute(
                "SELECT id FROM debt WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                (now.isoformat(timespec="microseconds"), self.batch),
            ).fetchall()
            self.db.executemany("DELETE FROM debt WHERE id = ?", due)
            self.db.commit()
            self.paid += [(row[0], now) for row in due]
        finally:
            self.running -= 1

    @staticmethod
    async def _nothing() -> None:
        return None


async def until(condition: Callable[[], bool], within: float = 10.0) -> None:
    """Wait for a condition, and fail if it is not met within that many seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        await asyncio.sleep(0.005)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@asynccontextmanager
async def started(clock: Clock, *duties: Duty, **options: float) -> AsyncIterator[Engine]:
    """A running engine; fails if the story takes long, or any loop callback raised while it ran or stopped."""
    broken: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: broken.append(context))
    engine = Engine(duties, clock, **{"refresh_every": NEVER, **options})
    await engine.start()
    try:
        async with asyncio.timeout(20):
            yield engine
    finally:
        await engine.stop(timeout=1)
        await turns(5)
    assert broken == []


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def debts(clock: ManualClock) -> Iterator[Debts]:
    debts = Debts(clock)
    with closing(debts.db):
        yield debts


async def test_a_deadline_written_before_the_start_is_met_however_old(
    clock: ManualClock, debts: Debts
) -> None:
    debts.owe(START - timedelta(days=400))
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        assert debts.unpaid() == 0


async def test_nothing_runs_before_its_time_and_a_moved_clock_runs_what_came_due(
    clock: ManualClock, debts: Debts
) -> None:
    debts.owe(START + 5 * MINUTE)
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        clock.forward(minutes=5, seconds=-1)
        await engine.idle()
        assert debts.runs == 0
        clock.forward(seconds=1)
        await until(lambda: debts.paid == [(1, START + 5 * MINUTE)])


async def test_a_commit_that_brings_an_earlier_deadline_moves_the_timer(debts: Debts) -> None:
    debts.clock = clock = SystemClock()
    debts.owe(clock.now() + HOUR)
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        at = clock.now() + timedelta(seconds=0.2)
        debts.owe(at)
        engine.wake("escalate", at)
        await until(lambda: len(debts.paid) == 1)
        assert debts.paid[0][1] >= at
        debts.owe(clock.now())
        engine.wake("escalate")
        await until(lambda: len(debts.paid) == 2)


async def test_an_announced_deadline_is_checked_against_the_database(
    clock: ManualClock, debts: Debts
) -> None:
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        reads: list[None] = []
        debts.before_read = lambda: _noted(reads)
        engine.wake("escalate", START + MINUTE)  # and taken back: somebody acknowledged
        await until(lambda: len(reads) > 0)
        clock.forward(minutes=1)
        await engine.idle()
        assert debts.runs == 0


async def _noted(notes: list[None]) -> None:
    notes.append(None)


async def test_a_deadline_nobody_announced_is_seen_at_the_next_refresh(
    clock: ManualClock, debts: Debts
) -> None:
    async with started(clock, debts.duty(), refresh_every=SOON) as engine:
        await engine.idle()
        debts.owe(START)
        await until(lambda: debts.unpaid() == 0)


async def test_product_deadlines_come_faster_at_a_time_scale(debts: Debts) -> None:
    debts.clock = clock = SystemClock(Anchor(real=datetime.now(UTC), product=START, scale=36_000))
    at = clock.now() + HOUR
    debts.owe(at)
    async with started(clock, debts.duty()):
        await until(lambda: debts.unpaid() == 0)
    assert debts.paid[0][1] >= at


async def test_a_batch_that_leaves_work_behind_runs_again_at_once(clock: ManualClock, debts: Debts) -> None:
    debts.batch = 10
    for i in range(100):
        debts.owe(START - i * SECOND)
    async with started(clock, debts.duty()) as engine:
        await until(lambda: debts.unpaid() == 0)
        await engine.idle()
        assert debts.runs == 10


async def test_a_duty_without_progress_is_slowed_to_once_a_second(clock: ManualClock, debts: Debts) -> None:
    debts.batch = 0
    debts.owe(START)
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        assert debts.runs == SAME_MINIMUM_LIMIT
        engine.wake("escalate")
        clock.forward(seconds=RETRY_AFTER / 2)
        await engine.idle()
        assert debts.runs == SAME_MINIMUM_LIMIT
        for more in (1, 2):
            clock.forward(seconds=RETRY_AFTER)
            await engine.idle()
            assert debts.runs == SAME_MINIMUM_LIMIT + more


async def test_a_duty_in_flight_is_never_due_and_nothing_spins_meanwhile(
    clock: ManualClock, debts: Debts
) -> None:
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    debts.before_pay = wait
    debts.owe(START)
    async with started(clock, debts.duty()) as engine:
        await until(lambda: debts.running == 1)
        passes = engine.health().passes
        for _ in range(50):
            engine.wake("escalate")
            await turns(4)
        assert engine.health().in_flight == ("escalate",)
        assert engine.health().passes - passes <= 2
        gate.set()
        await engine.idle()
        assert (debts.most_at_once, debts.unpaid()) == (1, 0)


async def test_a_deadline_committed_while_the_duty_runs_is_met_when_it_ends(
    clock: ManualClock, debts: Debts
) -> None:
    async def owe_more() -> None:
        if debts.runs == 1:
            debts.owe(START - HOUR)

    debts.batch = 1
    debts.before_pay = owe_more
    debts.owe(START)
    async with started(clock, debts.duty()):
        await until(lambda: len(debts.paid) == 2)


async def test_a_wake_up_during_a_read_that_missed_its_row_is_not_lost(
    clock: ManualClock, debts: Debts
) -> None:
    async with started(clock, debts.duty()) as engine:
        await engine.idle()

        async def commit_behind_the_read() -> None:
            debts.after_read = debts._nothing
            debts.owe(START)
            engine.wake("escalate")

        debts.after_read = commit_behind_the_read
        engine.wake("escalate")
        await until(lambda: len(debts.paid) == 1)


async def test_a_burst_of_wake_ups_is_one_look(clock: ManualClock, debts: Debts) -> None:
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        passes = engine.health().passes
        for i in range(5000):
            engine.wake("escalate", START + HOUR - i * timedelta(milliseconds=1))
        await engine.idle()
        assert engine.health().passes - passes <= 3


async def test_waiting_costs_no_passes(debts: Debts) -> None:
    debts.clock = clock = SystemClock()
    debts.owe(clock.now() + timedelta(seconds=0.3))
    async with started(clock, debts.duty()) as engine:
        await until(lambda: debts.unpaid() == 0)
        assert engine.health().passes < 20


async def test_many_writers_and_a_slow_query_lose_nothing(debts: Debts) -> None:
    debts.clock = clock = SystemClock()
    debts.before_read = debts.after_read = debts.before_pay = lambda: turns(3)
    debts.batch = 7

    async def write(engine: Engine, seed: int) -> None:
        for i in range(40):
            at = clock.now() + timedelta(milliseconds=(seed * 7 + i * 13) % 50)
            debts.owe(at)
            engine.wake("escalate", at)
            await turns(seed % 5)

    async with started(clock, debts.duty()) as engine:
        await asyncio.gather(*(write(engine, seed) for seed in range(10)))
        await until(lambda: debts.unpaid() == 0)
        await until(lambda: len(debts.paid) == 400)
    assert debts.most_at_once == 1


async def test_a_failing_duty_is_logged_retried_a_second_later_and_stops_nobody(
    clock: ManualClock, debts: Debts
) -> None:
    async def fail() -> None:
        if debts.runs == 1:
            raise OSError("disk on fire")

    debts.before_pay = fail
    debts.owe(START)
    with closing(sqlite3.connect(":memory:")) as db, capture_logs() as logs:
        other = Debts(clock, "deliver")
        other.db.close()
        other.db = db
        db.execute("CREATE TABLE debt (id INTEGER PRIMARY KEY, due_at TEXT)")
        other.owe(START)
        async with started(clock, debts.duty(), other.duty("real")) as engine:
            await engine.idle()
            assert (debts.runs, debts.unpaid(), other.unpaid()) == (1, 1, 0)
            assert engine.health().last_error == {"escalate": "OSError('disk on fire')", "deliver": None}
            clock.forward(seconds=RETRY_AFTER * 0.9)
            await engine.idle()
            assert debts.runs == 1
            clock.forward(seconds=RETRY_AFTER * 0.1)
            await engine.idle()
            assert debts.unpaid() == 0
            assert engine.health().last_error["escalate"] is None
    assert [(entry["event"], entry["duty"]) for entry in logs] == [("duty_failed", "escalate")]


async def test_a_duty_that_ends_in_an_error_of_the_scheduler_is_not_in_flight_for_ever(
    clock: ManualClock, debts: Debts
) -> None:
    async def cancel_itself() -> None:
        if debts.runs == 1:
            raise asyncio.CancelledError

    debts.before_pay = cancel_itself
    debts.owe(START)
    async with started(clock, debts.duty()) as engine:
        await until(lambda: debts.runs == 1 and not engine.health().in_flight)
        clock.forward(seconds=RETRY_AFTER)
        await until(lambda: debts.unpaid() == 0)


async def test_a_failing_query_leaves_the_last_known_deadline_standing(
    clock: ManualClock, debts: Debts
) -> None:
    async def fail() -> None:
        raise OSError("database is locked")

    debts.owe(START + MINUTE)
    async with started(clock, debts.duty()) as engine:
        await engine.idle()
        debts.before_read = fail
        await engine.idle()
        assert engine.health().last_error["escalate"] == "OSError('database is locked')"
        clock.forward(minutes=1)
        await until(lambda: debts.unpaid() == 0)
        debts.before_read = debts._nothing
        await engine.idle()
        assert engine.health().last_error["escalate"] is None


async def test_a_failing_query_is_tried_again_within_a_second(clock: ManualClock, debts: Debts) -> None:
    failures = iter([OSError("database is locked")])

    async def fail_once() -> None:
        for failure in failures:
            raise failure

    debts.before_read = fail_once
    debts.owe(START)
    async with started(clock, debts.duty()):  # whose refresh is an hour away
        await until(lambda: debts.unpaid() == 0)


async def test_a_query_that_hangs_holds_up_no_other_duty(clock: ManualClock, debts: Debts) -> None:
    async def hang() -> datetime | None:
        await asyncio.Event().wait()
        return None

    debts.owe(START)
    stuck = Duty("audit", debts.pay, hang, "product")
    async with started(clock, stuck, debts.duty()):
        await until(lambda: debts.unpaid() == 0)


async def test_a_blocked_loop_drops_no_run(debts: Debts) -> None:
    """APScheduler's default would drop a run that begins more than a second after it was handed out."""
    debts.clock = clock = SystemClock()

    blocked: list[None] = []

    async def block() -> None:
        blocked.append(None)
        time.sleep(1.2)  # noqa: ASYNC251  # a blocked loop is the case under test

    async def due() -> datetime | None:
        return None if blocked else START - HOUR

    debts.owe(START)
    async with started(clock, Duty("audit", block, due, "product"), debts.duty()):
        await until(lambda: debts.unpaid() == 0)


async def test_jobs_and_scheduler_carry_the_options_that_keep_runs_whole(
    clock: ManualClock, debts: Debts
) -> None:
    async with started(clock, debts.duty()) as engine:
        (job,) = engine._scheduler.get_jobs()
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
        assert (engine._scheduler.jobstore_retry_interval, engine._scheduler.timezone) == (1, UTC)


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


async def test_an_unknown_duty_or_a_naive_instant_is_our_bug(clock: ManualClock, debts: Debts) -> None:
    async with started(clock, debts.duty()) as engine:
        with pytest.raises(KeyError):
            engine.wake("escalte")
        with pytest.raises(ValueError, match="time zone"):
            engine.wake("escalate", START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="share a name"):
        Engine([debts.duty(), debts.duty()], clock)


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
