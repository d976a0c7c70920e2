"""Whether the schema is still this program's own: another version may migrate the database under a running copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.errors import DatabaseBusy, StoodDown
from bot.store.database import Database
from bot.store.migrations import newest_schema, present_schema

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 10.0


class SchemaWatch:
    """Looks every ten seconds; once the schema is another, nothing more is written, and `on_change` is told why."""

    def __init__(self, database: Database, on_change: Callable[[StoodDown], None]) -> None:
        self._database = database
        self._on_change = on_change
        self._needed = newest_schema()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_looking(), name="schema watch")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                present = await present_schema(self._database)
            except DatabaseBusy:
                continue
            except Exception:  # the edge of the loop: one look that went wrong must not be the last
                log.exception("the schema could not be looked at")
                continue
            if present != self._needed:
                self._stand_down(present)
                return

    def _stand_down(self, present: str | None) -> None:
        why = StoodDown(
            f"Another process changed the database to schema {present or 'none'}, and this Tocsin needs "
            f"{self._needed}: it stops and saves nothing more. Start the version that the database is for."
        )
        log.error(
            "the schema is no longer this program's; it stands down", present=present, needed=self._needed
        )
        self._database.stand_down(why)
        self._on_change(why)
