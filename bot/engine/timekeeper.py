"""Watches the machine's clock: when somebody sets it, what waits is moved with it, so that nothing is early or late."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.clock import SteadyClock
from bot.errors import TocsinError
from bot.store.database import Database
from bot.usecases import workspace

LOOK_EVERY_SECONDS = 0.5
NOTE_EVERY_SECONDS = 30.0
"""How much later than it would have been a page may be whose bot was down while the clock was set back."""
SET = timedelta(milliseconds=100)
"""By more than this within a look the clock was set; less is the drift that a time server corrects."""

log = structlog.get_logger(__name__)


class Timekeeper:
    """Looks from `start` to `stop`. One of several copies moves no deadlines: they are the others' as well."""

    def __init__(self, db: Database, clock: SteadyClock, look_every: float = LOOK_EVERY_SECONDS) -> None:
        self._db = db
        self._clock = clock
        self._look_every = look_every
        self._noted_at = -NOTE_EVERY_SECONDS
        self._told = timedelta()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="timekeeper")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        """Follow the machine's clock, moving the deadlines when it was set."""
        by = self._clock.ahead()
        if abs(by) < SET:
            self._clock.follow(by)
        elif await self._db.copies() == 1:
            scaled = self._clock.anchor is not None
            await workspace.clock_was_set(self._db, by, self._clock.follow, scaled=scaled)
            log.warning(
                "the machine's clock was set; what waits goes on as if it was not", seconds=_seconds(by)
            )
        elif abs(by - self._told) > SET:
            self._told = by
            log.error("this machine's clock was set; this copy goes by the time before", seconds=_seconds(by))

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
                await self._note()
            except TocsinError as problem:  # it looks again soon, and is due the same then
                log.warning("the clock's time cannot be saved yet", problem=str(problem))
            except Exception:  # the edge of the loop: whatever was wrong, it goes on watching
                log.exception("a look at the clock broke")
            await asyncio.sleep(self._look_every)

    async def _note(self) -> None:
        if self._db.is_sqlite and self._clock.monotonic() - self._noted_at >= NOTE_EVERY_SECONDS:
            await workspace.note_time(self._db)
            self._noted_at = self._clock.monotonic()


def _seconds(by: timedelta) -> float:
    return round(by.total_seconds(), 1)
