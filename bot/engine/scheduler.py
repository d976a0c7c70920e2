"""Run each duty when its earliest deadline comes: APScheduler wakes, the database decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, ManualClock
from bot.core.frozen import dataclass
from bot.engine.jobstore import RETRY_AFTER, DutyJobStore, Mirror, OnceTrigger, Timebase

log = structlog.get_logger(__name__)

_READ_TIMEOUT = 10.0
"""Real seconds for one `due` query; longer than SQLite's busy timeout."""

_READ_RETRY_AFTER = RETRY_AFTER / 2
"""Real seconds until a failed `due` query is tried again, so that the retry ends within a second."""

_CANCEL_GRACE = 0.5
"""Real seconds that a cancelled duty has to end while the engine stops."""

_SCHEDULER = "scheduler"
"""How `EngineHealth.stalled` names APScheduler itself."""


@dataclass(frozen=True)
class Duty:
    """Something the engine does whenever a deadline of its kind has passed.

    `run` handles a batch of what is due, safely when nothing is; more work left behind starts it again at once.
    `due` reads the earliest deadline of that work from the database, or None. It must not count what `run` can't
    do now: a run that leaves the same past deadline behind three times is slowed to one per second. So a batch
    should take in all rows of one instant, or `run` should loop until a batch comes back short.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    due: Callable[[], Awaitable[datetime | None]]
    timebase: Timebase


@dataclass(frozen=True)
class EngineHealth:
    """The engine at one moment.

    `last_pass_at` (real time) is when a duty last ended, well or not; `last_error` what its last run or `due`
    query raised, None once it went well. `passes` counts APScheduler's looks at the job store. `stalled` names
    what the watchdog holds for stuck: "scheduler", or duties until they ran well or have nothing due; empty is healthy.
    """

    running: bool
    passes: int
    in_flight: tuple[str, ...]
    stalled: tuple[str, ...]
    last_pass_at: Mapping[str, datetime | None]
    last_error: Mapping[str, str | None]


class Engine:
    """Drives duties, each at most once at a time; one failing or hanging duty never stops the others.

    `refresh_every` is how long (real seconds) a deadline written without `wake` may go unseen, and a jump of the
    wall clock unnoticed. A duty in flight for `stuck_after` real seconds is cancelled and started anew: like a
    crash, which every duty survives. Starts once; to be used from the event loop's thread only.
    Raises ValueError if two duties share a name.
    """

    def __init__(
        self,
        duties: Sequence[Duty],
        clock: Clock,
        *,
        refresh_every: float = 1.0,
        stuck_after: float = 60.0,
    ) -> None:
        self._duties = {duty.name: duty for duty in duties}
        if len(self._duties) != len(duties):
            raise ValueError("Two duties share a name.")
        self._clock = clock
        self._refresh_every = refresh_every
        self._watch_every = 3 * refresh_every
        self._stuck_after = stuck_after
        self._mirror = Mirror(((duty.name, duty.timebase) for duty in duties), clock)
        self._reread_soon = {name: asyncio.Event() for name in self._duties}
        self._refreshers: dict[str, asyncio.Task[None]] = {}
        self._ended = asyncio.Event()
        self._running = False
        self._closed = False
        self._nudged = False
        self._stalled: dict[str, None] = {}
        self._ticks_in_flight: dict[str, int] = {}
        self._last_pass_at: dict[str, datetime | None] = dict.fromkeys(self._duties)
        self._run_error: dict[str, str | None] = dict.fromkeys(self._duties)
        self._read_error: dict[str, str | None] = dict.fromkeys(self._duties)

    async def start(self) -> None:
        """Begin; every duty's deadline is read at once. Raises RuntimeError when started before."""
        if self._running or self._closed:
            raise RuntimeError("An engine starts once.")
        self._running = True
        self._open_scheduler()
        for duty in self._duties.values():
            self._start_refresher(duty)
        self._watchdog = asyncio.create_task(self._watch(), name="engine-watchdog")
        self._stop_listening = (
            self._clock.on_move(self._nudge) if isinstance(self._clock, ManualClock) else lambda: None
        )

    def wake(self, name: str, at: datetime | None = None) -> None:
        """Tell of a deadline that a commit just wrote: `at` in the duty's timebase, None for now.

        Call it after the commit, never before. Cheap and coalesced; does nothing once stopped. A deadline not
        yet due is checked against the database before its time comes. Raises KeyError for an unknown duty and
        ValueError for an instant without a time zone.
        """
        earlier = self._mirror.announce(name, at)
        if not self._running or not earlier:
            return
        if at is not None:  # what is due now is run now, and read afterwards
            self._reread_soon[name].set()
        self._nudge()

    async def stop(self, timeout: float = 4.0) -> None:
        """Start no more duties, let those in flight end, shut down.

        What has not ended after `timeout` real seconds is cancelled. Idempotent.
        """
        if self._closed:
            return
        self._closed = True
        if not self._running:
            return
        self._running = False
        self._stop_listening()
        self._store.retire()
        await self._end_helpers()
        await self._drain(timeout)
        await self._close_scheduler()
        self._ended.set()

    async def idle(self) -> None:
        """Return when a fresh read of every duty shows none in flight and none that may start now.

        A duty held back after a failure or for lack of progress does not count. Returns at once when stopped.
        """
        while self._running:
            await asyncio.gather(*(self._read(duty) for duty in self._duties.values()))
            if not self._mirror.in_flight() and not self._mirror.due():
                return
            while self._running and (self._mirror.in_flight() or self._mirror.due()):
                await self._settle()

    def health(self) -> EngineHealth:
        """A snapshot; cheap."""
        errors = {name: self._run_error[name] or self._read_error[name] for name in self._duties}
        return EngineHealth(
            running=self._running,
            passes=self._mirror.passes,
            in_flight=self._mirror.in_flight(),
            stalled=tuple(self._stalled),
            last_pass_at=MappingProxyType(dict(self._last_pass_at)),
            last_error=MappingProxyType(errors),
        )

    def _open_scheduler(self) -> None:
        self._store = DutyJobStore(self._mirror, floor=self._refresh_every)
        self._scheduler = AsyncIOScheduler(timezone=UTC, jobstore_retry_interval=1)
        self._scheduler.add_jobstore(self._store)
        self._scheduler.add_listener(self._on_end, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        for duty in self._duties.values():
            self._scheduler.add_job(
                self._run,
                OnceTrigger(),
                args=[duty],
                id=duty.name,
                name=duty.name,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        self._scheduler.start()

    async def _close_scheduler(self) -> None:
        """Shut APScheduler down; after the drain, because it cancels what is in flight, whatever `wait` says."""
        if not self._scheduler.running:
            return
        self._scheduler.shutdown(wait=False)
        done = asyncio.Event()
        asyncio.get_running_loop().call_soon_threadsafe(done.set)  # queued behind the shutdown itself
        await done.wait()

    def _nudge(self) -> None:
        """Have APScheduler look at the store soon; any number of calls before that are one look."""
        if self._running and not self._nudged:
            self._nudged = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._nudged = False
        if self._running:  # APScheduler raises from a wake-up after its shutdown
            self._scheduler.wakeup()

    def _on_end(self, event: JobExecutionEvent) -> None:
        self._end(event.job_id)

    def _end(self, name: str) -> None:
        self._mirror.release(name)
        self._ticks_in_flight.pop(name, None)
        self._ended.set()
        self._nudge()

    async def _run(self, duty: Duty) -> None:
        """One run and the read that follows it; in flight all the while, so never due in between."""
        self._mirror.entries[duty.name].task = asyncio.current_task()
        try:
            await self._attempt(duty)
            if not await self._read(duty, after_run=True):
                self._mirror.hold(duty.name)
        except asyncio.CancelledError:
            self._failed(duty, "cancelled: it did not end in time")
            raise
        finally:
            self._last_pass_at[duty.name] = self._clock.real()

    async def _attempt(self, duty: Duty) -> None:
        try:
            await duty.run()
        except Exception as error:  # the edge of one duty: it is tried again, the others go on
            log.exception("duty_failed", duty=duty.name)
            self._failed(duty, repr(error))
        else:
            self._run_error[duty.name] = None
            self._stalled.pop(duty.name, None)

    def _failed(self, duty: Duty, error: str) -> None:
        self._run_error[duty.name] = error
        self._mirror.hold(duty.name)

    async def _read(self, duty: Duty, *, after_run: bool = False) -> bool:
        """Read the duty's earliest deadline; False if that failed and the last known one stands."""
        ticket = self._mirror.begin_read(duty.name)
        try:
            async with asyncio.timeout(_READ_TIMEOUT):
                at = await duty.due()
            changed = self._mirror.learn(duty.name, ticket, at, after_run=after_run)
        except Exception as error:  # the edge of one look at the database: the last known deadline stands
            log.warning("due_query_failed", duty=duty.name, error=repr(error))
            self._read_error[duty.name] = repr(error)
            return False
        self._read_error[duty.name] = None
        if not after_run and not self._is_due(duty, at):
            self._stalled.pop(duty.name, None)
        if changed:
            self._nudge()
        return True

    def _is_due(self, duty: Duty, at: datetime | None) -> bool:
        now = self._clock.now() if duty.timebase == "product" else self._clock.real()
        return at is not None and at <= now

    def _start_refresher(self, duty: Duty) -> None:
        task = asyncio.create_task(self._keep_fresh(duty), name=f"engine-refresh-{duty.name}")
        self._refreshers[duty.name] = task

    async def _keep_fresh(self, duty: Duty) -> None:
        """Read again after each announced deadline, and at least every `refresh_every` seconds."""
        entry = self._mirror.entries[duty.name]
        soon = self._reread_soon[duty.name]
        pause = self._refresh_every
        while True:
            soon.clear()
            if not entry.in_flight:  # else the read that follows the run is newer
                read = await self._read(duty)
                pause = self._refresh_every if read else min(self._refresh_every, _READ_RETRY_AFTER)
            try:
                async with asyncio.timeout(pause):
                    await soon.wait()
            except TimeoutError:
                pass

    async def _watch(self) -> None:
        """Outside APScheduler, because its `running` stays true after its timer has died."""
        seen = self._mirror.passes
        while True:
            await asyncio.sleep(self._watch_every)
            try:
                self._check_passes(seen)
                seen = self._mirror.passes
                self._check_duties()
                self._check_refreshers()
            except Exception:  # the edge of the watchdog's loop: it must outlive what it watches
                log.exception("watchdog_failed")

    def _check_passes(self, seen: int) -> None:
        if self._mirror.passes != seen:
            self._stalled.pop(_SCHEDULER, None)
            return
        log.error("scheduler_stalled", passes=seen, seconds=self._watch_every)
        self._stalled[_SCHEDULER] = None
        # The old one is left, not shut down: that would cancel the duties it has in flight.
        self._store.retire()
        self._open_scheduler()

    def _check_duties(self) -> None:
        for name in self._mirror.in_flight():
            ticks = self._ticks_in_flight.get(name, 0) + 1
            self._ticks_in_flight[name] = ticks
            if ticks * self._watch_every >= self._stuck_after:
                self._unstick(name, ticks)

    def _unstick(self, name: str, ticks: int) -> None:
        log.error("duty_stuck", duty=name, seconds=ticks * self._watch_every)
        self._stalled[name] = None
        task = self._mirror.entries[name].task
        if task is None or task.done():  # submitted, but it never began or its end was never told
            self._end(name)
        else:
            task.cancel()

    def _check_refreshers(self) -> None:
        for name, task in list(self._refreshers.items()):
            if task.done():
                log.error("refresher_ended", duty=name)
                self._start_refresher(self._duties[name])

    async def _end_helpers(self) -> None:
        helpers = [self._watchdog, *self._refreshers.values()]
        for helper in helpers:
            helper.cancel()
        await asyncio.wait(helpers, timeout=_CANCEL_GRACE)

    async def _drain(self, timeout: float) -> None:
        if await self._all_ended(timeout):
            return
        names = self._mirror.in_flight()
        log.warning("duties_cancelled_at_stop", duties=names, after_seconds=timeout)
        for name in names:
            task = self._mirror.entries[name].task
            if task is not None:
                task.cancel()
        await self._all_ended(_CANCEL_GRACE)

    async def _all_ended(self, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while self._mirror.in_flight():
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def _settle(self) -> None:
        """Wait for a duty to end, or a turn of the loop when one has yet to begin."""
        if self._mirror.in_flight():
            self._ended.clear()
            await self._ended.wait()
        else:
            self._nudge()
            await asyncio.sleep(0)
