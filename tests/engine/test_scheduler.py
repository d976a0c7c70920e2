"""Duties run when their deadlines come, whatever fails around them: real APScheduler, real rows."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import Anchor, ManualClock, SystemClock
from bot.engine.jobstore import RETRY_AFTER, SAME_MINIMUM_LIMIT
from bot.engine.scheduler import Duty, Engine
from tests.engine.engine_debts import HOUR, MINUTE, SECOND, SOON, START, Debts, started, turns, until


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
    other = Debts(clock, "deliver")
    with closing(other.db), capture_logs() as logs:
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


async def test_an_unknown_duty_or_a_naive_instant_is_our_bug(clock: ManualClock, debts: Debts) -> None:
    async with started(clock, debts.duty()) as engine:
        with pytest.raises(KeyError):
            engine.wake("escalte")
        with pytest.raises(ValueError, match="time zone"):
            engine.wake("escalate", START.replace(tzinfo=None))
    with pytest.raises(ValueError, match="share a name"):
        Engine([debts.duty(), debts.duty()], clock)
