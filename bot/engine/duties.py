"""What the engine does when time comes: fold what came in, take due steps, pay debts, look for what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.core.catalogue import Catalogue
from bot.crashpoints import point
from bot.engine.deliver import Outbox
from bot.engine.heartbeat import Heartbeat
from bot.engine.scheduler import Duty
from bot.log_context import about
from bot.queries import due, health
from bot.store.database import Database
from bot.usecases import alerts, audit, hand_offs, paging, reaching

log = structlog.get_logger(__name__)

STEPS_AT_ONCE, STEPS_IN_ONE_COMMIT = 250, 1000
"""What the look at a storm costs is shared by so many, and whoever else comes to write waits for them, some 30 ms at
most; a commit is shared by so many while nobody waits."""
ATTEMPTS_IN_ONE_COMMIT = 50
"""As many as one digest tells at most."""
FEWEST_BODIES, MOST_BODIES = 20, 100
"""In one commit; in a larger one each that joins a page costs half, but one that begins a page costs the same."""
FOLD_WITHIN = 0.05
"""Real seconds that one commit should take at most: others write between two of them."""
GIVE_WAY_TIMES = 20.0
GIVE_WAY_AT_LEAST, GIVE_WAY_AT_MOST = 0.03, 1.5
"""Between two folds while many wait to be accepted: so many times what the last one took, within these real seconds.

What is accepted is safe, what is not may be lost. To send and settle a page takes three to four times what its fold
took, so that all of it together has a fifth of the processor.
"""
GIVE_WAY_WITHIN = 5.0
"""Real seconds for which folding falls behind on purpose; from then on whoever sends waits for it."""
FOLD_IN_ONE_RUN = 20.0
"""Real seconds; a duty that runs much longer is held for stuck."""
AUDIT_EVERY = timedelta(seconds=30)


class Escalate:
    """Take the next step of every page whose time has come."""

    def __init__(self, db: Database, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._catalogue = catalogue

    async def run(self) -> None:
        taken = STEPS_AT_ONCE
        while taken >= STEPS_AT_ONCE:
            taken = await paging.advance_due(
                self._db, self._catalogue(), STEPS_AT_ONCE, most=STEPS_IN_ONE_COMMIT
            )
        point("after-step-commit")

    async def due(self) -> datetime | None:
        async with self._db.read() as conn:
            return await due.next_step(conn)


class Reach:
    """Owe every planned attempt to reach somebody whose time has come."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> None:
        while await reaching.advance_due(self._db, ATTEMPTS_IN_ONE_COMMIT) == ATTEMPTS_IN_ONE_COMMIT:
            pass

    async def due(self) -> datetime | None:
        async with self._db.read() as conn:
            return await due.next_attempt(conn)


class Fold:
    """Fold accepted bodies into alerts."""

    def __init__(
        self,
        db: Database,
        catalogue: Callable[[], Catalogue],
        parse: alerts.Parse,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        """`crowded`: whether so many senders wait for their 202 that folding gives way to them."""
        self._db = db
        self._catalogue = catalogue
        self._parse = parse
        self._crowded = crowded
        self._behind_since: float | None = None
        """Since when there is more than one fold takes; by the monotonic clock."""

    async def run(self) -> None:
        monotonic = self._db.clock.monotonic
        limit, began = FEWEST_BODIES, monotonic()
        while (at := monotonic()) - began < FOLD_IN_ONE_RUN:
            if await alerts.fold_pending(self._db, self._catalogue(), self._parse, limit) < limit:
                self._behind_since = None
                break
            took = monotonic() - at
            limit = bodies_at_once(limit, took)
            await self._give_way(at, took)
        point("after-fold-commit")

    async def _give_way(self, at: float, took: float) -> None:
        if self._behind_since is None:
            self._behind_since = at
        if not self._crowded():
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + give_way_for(took, behind=at + took - self._behind_since)
        while self._crowded() and loop.time() < until:  # noqa: ASYNC110 - nobody tells that a crowd is gone
            await asyncio.sleep(GIVE_WAY_AT_LEAST)

    async def due(self) -> datetime | None:
        async with self._db.read() as conn:
            return await due.oldest_body(conn)


def bodies_at_once(last: int, took: float) -> int:
    """How many bodies to fold in the next commit, after so many took so many real seconds."""
    if took > FOLD_WITHIN:
        return max(FEWEST_BODIES, last // 2)
    return min(MOST_BODIES, last * 2) if took < FOLD_WITHIN / 3 else last


def give_way_for(took: float, behind: float) -> float:
    """How long to leave the processor to senders after a fold that took so long; all in real seconds."""
    if behind > GIVE_WAY_WITHIN:
        return GIVE_WAY_AT_LEAST
    return min(GIVE_WAY_AT_MOST, max(GIVE_WAY_AT_LEAST, GIVE_WAY_TIMES * took))


class HandOff:
    """Take every step of on-call that is due: questions that nobody answered, changes of shift."""

    def __init__(self, db: Database, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._catalogue = catalogue
        self._looked_at: Catalogue | None = None
        """Another may have other schedules, or know that somebody's account is gone."""

    async def run(self) -> None:
        catalogue = self._catalogue()
        await hand_offs.advance_due(self._db, catalogue)
        self._looked_at = catalogue

    async def due(self) -> datetime | None:
        if self._looked_at is not self._catalogue():
            return self._db.clock.now()
        async with self._db.read() as conn:
            return await due.next_hand_off(conn)


class Audit:
    """Look for what breaks the promise, repair it and say so; while all is clean, give the sign of life."""

    def __init__(self, db: Database, heartbeat: Heartbeat | None = None) -> None:
        self._db = db
        self._heartbeat = heartbeat
        self.clean_at: datetime | None = None
        """Real time of the last look that found nothing."""
        self._looked: float | None = None
        self._known: frozenset[str] = frozenset()

    async def run(self) -> None:
        clock = self._db.clock
        self._looked, began_at = clock.monotonic(), clock.real()
        async with self._db.read() as conn:
            problems = await health.audit(conn, clock.now(), clock.real(), clock.scale)
        for problem in problems:
            if problem.what not in self._known:
                with about(problem.page):
                    log.error("the auditor found a problem", problem=problem.what)
        self._known = frozenset(problem.what for problem in problems)
        if problems:
            await audit.repair(self._db)
            return
        self.clean_at = began_at
        if self._heartbeat is not None:
            await self._heartbeat.ping()

    async def due(self) -> datetime | None:
        """Thirty seconds after the last look, whatever the wall clock says; the first one a while after the start."""
        clock = self._db.clock
        if self._looked is None:
            self._looked = clock.monotonic()
        return clock.real() + AUDIT_EVERY - timedelta(seconds=clock.monotonic() - self._looked)


def duties(
    outbox: Outbox, escalate: Escalate, reach: Reach, fold: Fold, hand_off: HandOff, auditor: Audit
) -> tuple[Duty, ...]:
    """The engine's duties by name; `Tx.wake` uses these names."""
    return (
        Duty("intake", fold.run, fold.due, "product"),
        Duty("escalate", escalate.run, escalate.due, "product"),
        Duty("reach", reach.run, reach.due, "product"),
        Duty("deliver", outbox.run, outbox.due, "real"),
        Duty("handoff", hand_off.run, hand_off.due, "product"),
        Duty("audit", auditor.run, auditor.due, "real"),
    )
