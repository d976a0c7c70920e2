"""When is each duty due? An in-memory mirror of the database's earliest deadlines, and APScheduler's view of it.

The database decides, the mirror only wakes. APScheduler calls a job store synchronously from a loop callback,
where one exception in `get_next_run_time` ends its timer for good: so the store reads memory only and never
raises. Why a store of our own: `docs/decisions/001-job-store.md`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import structlog
from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore, ConflictingIdError
from apscheduler.triggers.base import BaseTrigger

from bot.clock import Clock

Timebase = Literal["product", "real"]
T = TypeVar("T")

RETRY_AFTER = 1.0
"""Seconds before a duty that failed, or that leaves the same work undone, runs again."""

SAME_MINIMUM_LIMIT = 3
"""Runs in a row that may leave the same past deadline behind before the duty is slowed."""

_SHORTEST_WAIT = 0.001
"""Seconds. A timer may fire a hair early; without a floor the passes until the deadline would spin."""

log = structlog.get_logger(__name__)


@dataclass
class Entry:
    """What is known of one duty.

    `known` is the earliest deadline that the database told, `hint` an earlier one that a commit announced since.
    `held_until` is on the clock's monotonic scale. `in_flight` lasts from the moment the duty is handed to
    APScheduler until its end event.
    """

    timebase: Timebase
    known: datetime | None = None
    hint: datetime | None = None
    in_flight: bool = False
    task: asyncio.Task[Any] | None = None
    held_until: float = 0.0
    reads_begun: int = 0
    read_applied: int = 0
    hint_after_read: int = 0
    left_behind: datetime | None = None
    left_behind_times: int = 0

    @property
    def minimum(self) -> datetime | None:
        """The earliest deadline, from the database or announced; None: nothing to wait for."""
        return min((at for at in (self.known, self.hint) if at is not None), default=None)


class Mirror:
    """The earliest deadline per duty, in memory. Loop thread only."""

    def __init__(self, timebases: Iterable[tuple[str, Timebase]], clock: Clock) -> None:
        self.entries = {name: Entry(timebase) for name, timebase in timebases}
        self.passes = 0
        self._clock = clock

    def instant(self, timebase: Timebase) -> datetime:
        """The present in a duty's own time."""
        return self._clock.now() if timebase == "product" else self._clock.real()

    def is_due(self, entry: Entry) -> bool:
        """Whether the duty may start now: a past deadline, not in flight, not held back."""
        return not entry.in_flight and not self._is_held(entry) and self._is_past(entry, entry.minimum)

    def seconds_until_due(self, entry: Entry) -> float | None:
        """Real seconds until the duty may start (0: now), or None when nothing but a change can start it."""
        minimum = entry.minimum
        if entry.in_flight or minimum is None:
            return None
        try:
            at = self._clock.to_real(minimum) if entry.timebase == "product" else minimum
        except OverflowError:  # so far away that real time cannot name it
            return None
        wait = (at - self._clock.real()).total_seconds()
        wait = max(wait, entry.held_until - self._clock.monotonic())
        return 0.0 if self.is_due(entry) else max(wait, _SHORTEST_WAIT)

    def announce(self, name: str, at: datetime | None) -> bool:
        """Take a deadline from a commit (None: now); True if it is earlier than all that was known.

        Raises KeyError for an unknown duty and ValueError for an instant without a time zone.
        """
        entry = self.entries[name]
        at = self.instant(entry.timebase) if at is None else _aware(at)
        # Also when it brings nothing new: a read that is under way may have missed this commit.
        entry.hint_after_read = entry.reads_begun
        minimum = entry.minimum
        if entry.hint is None or at < entry.hint:
            entry.hint = at
        return minimum is None or at < minimum

    def begin_read(self, name: str) -> int:
        """A ticket for a read of the database that starts now; `learn` takes it back with the result."""
        entry = self.entries[name]
        entry.reads_begun += 1
        return entry.reads_begun

    def learn(self, name: str, ticket: int, at: datetime | None, *, after_run: bool) -> bool:
        """Take the database's earliest deadline; True if the minimum changed.

        A read that began before one already taken is dropped. Announcements made before the read began are
        replaced by it, except that one already due is kept until the duty has run. Raises ValueError for an
        instant without a time zone.
        """
        at = None if at is None else _aware(at)
        entry = self.entries[name]
        if ticket < entry.read_applied:
            return False
        before = entry.minimum
        entry.read_applied = ticket
        entry.known = at
        superseded = ticket > entry.hint_after_read
        if superseded and (after_run or not self._is_past(entry, entry.hint)):
            entry.hint = None
        if after_run:
            self._slow_down_without_progress(name, entry)
        return entry.minimum != before

    def hold(self, name: str) -> None:
        """Keep the duty from starting for `RETRY_AFTER` seconds."""
        self.entries[name].held_until = self._clock.monotonic() + RETRY_AFTER

    def hand_out(self, name: str) -> None:
        """The duty is APScheduler's until `release`."""
        self.entries[name].in_flight = True

    def release(self, name: str) -> None:
        """The duty has ended; it may become due again."""
        entry = self.entries[name]
        entry.in_flight = False
        entry.task = None

    def in_flight(self) -> tuple[str, ...]:
        """Names of the duties that have been handed out and have not ended."""
        return tuple(name for name, entry in self.entries.items() if entry.in_flight)

    def due(self) -> tuple[str, ...]:
        """Names of the duties that may start now, the earliest deadline first."""
        due = [(entry.minimum, name) for name, entry in self.entries.items() if self.is_due(entry)]
        return tuple(name for _, name in sorted(due))

    def _slow_down_without_progress(self, name: str, entry: Entry) -> None:
        if not self._is_past(entry, entry.known):
            entry.left_behind, entry.left_behind_times = None, 0
        elif entry.known == entry.left_behind:
            entry.left_behind_times += 1
        else:
            entry.left_behind, entry.left_behind_times = entry.known, 1
        if entry.left_behind_times == SAME_MINIMUM_LIMIT:
            log.warning("duty_makes_no_progress", duty=name, due=str(entry.known))
        if entry.left_behind_times >= SAME_MINIMUM_LIMIT:
            self.hold(name)

    def _is_held(self, entry: Entry) -> bool:
        return entry.held_until > self._clock.monotonic()

    def _is_past(self, entry: Entry, at: datetime | None) -> bool:
        return at is not None and at <= self.instant(entry.timebase)


class OnceTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Answers once, then None: a trigger that gives a past time twice makes APScheduler loop forever."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        return now if previous_fire_time is None else None


class DutyJobStore(BaseJobStore):  # type: ignore[misc]  # apscheduler ships no types
    """APScheduler's documented extension point, answered from the mirror.

    APScheduler asks `datetime.now` by itself; the store compares with our clock instead, and hands out instants
    on APScheduler's scale: the `now` it was asked with plus the real seconds to wait. A pass happens at least
    every `floor` seconds, so that a jump of the wall clock can only delay a duty by that much.
    """

    def __init__(self, mirror: Mirror, floor: float) -> None:
        super().__init__()
        self._mirror = mirror
        self._floor = timedelta(seconds=floor)
        self._jobs: dict[str, Job] = {}
        self._asked_at: datetime | None = None
        self._retired = False

    def retire(self) -> None:
        """From now on nothing is due here, and APScheduler's timer ends at its next pass."""
        self._retired = True

    def get_due_jobs(self, now: datetime) -> list[Job]:
        """The duties that may start now, each in flight from here on. Never raises."""
        if self._retired:
            return []
        self._asked_at = now
        self._mirror.passes += 1
        return _never_raise(lambda: self._hand_out(now), [])

    def get_next_run_time(self) -> datetime | None:
        """When to ask again, on APScheduler's scale; None only once retired. Never raises."""
        if self._retired or self._asked_at is None:
            return None
        latest = self._asked_at + self._floor
        return _never_raise(self._next_pass, latest)

    def add_job(self, job: Job) -> None:
        if job.id in self._jobs:
            raise ConflictingIdError(job.id)
        self._jobs[job.id] = job

    def lookup_job(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def get_all_jobs(self) -> list[Job]:
        return list(self._jobs.values())

    def update_job(self, job: Job) -> None:
        self._jobs[job.id] = job

    def remove_job(self, job_id: str) -> None:
        """Nothing: APScheduler removes a job whose trigger has no further time, but a duty stays."""

    def remove_all_jobs(self) -> None:
        self._jobs.clear()

    def _hand_out(self, now: datetime) -> list[Job]:
        jobs = [self._jobs[name] for name in self._mirror.due()]
        for job in jobs:
            job.next_run_time = now
            self._mirror.hand_out(job.id)
        return jobs

    def _next_pass(self) -> datetime:
        assert self._asked_at is not None
        waits = [self._mirror.seconds_until_due(entry) for entry in self._mirror.entries.values()]
        earliest = min((wait for wait in waits if wait is not None), default=None)
        if earliest is None or earliest >= self._floor.total_seconds():
            return self._asked_at + self._floor
        return self._asked_at + timedelta(seconds=earliest)


def _never_raise(answer: Callable[[], T], otherwise: T) -> T:
    """`answer()`, or `otherwise` with a log: an exception here would end APScheduler's timer in silence."""
    try:
        return answer()
    except Exception:  # the edge to APScheduler: one exception in its store would end its timer for good
        log.exception("job_store_failed")
        return otherwise


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"A deadline needs a time zone; {at.isoformat()} has none.")
    return at
