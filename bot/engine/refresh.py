"""A configuration that another process applied is taken up while this one runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.core.catalogue import Catalogue
from bot.engine.scheduler import Duty
from bot.errors import CannotStart
from bot.store.database import Database
from bot.usecases import configuration, schedule_changes

log = structlog.get_logger(__name__)


class Refresh:
    """The duty `configuration`.

    It is told by PostgreSQL at once; the engine's look at each duty's `due` finds it within a second on both databases.
    `take_up` reads the configuration anew. Raises what makes it unfit, `CannotStart`: then the former one stays.
    """

    def __init__(
        self, db: Database, catalogue: Callable[[], Catalogue], take_up: Callable[[], Awaitable[None]]
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._take_up = take_up
        self._refused: int | None = None

    async def run(self) -> None:
        number = await self._revision()
        if number == self._catalogue().revision:
            return
        try:
            await self._take_up()
        except CannotStart as problem:
            self._refused = number
            log.error("an applied configuration can't be taken up; the former one runs", problem=str(problem))
        else:
            await schedule_changes.follow_configuration(self._db)
            log.info("an applied configuration was taken up", revision=self._catalogue().revision)

    async def due(self) -> datetime | None:
        number = await self._revision()
        is_new = number not in (self._catalogue().revision, self._refused)
        return self._db.clock.real() if is_new else None

    async def _revision(self) -> int:
        async with self._db.read() as conn:
            return await configuration.revision(conn)

    def duty(self) -> Duty:
        return Duty("configuration", self.run, self.due, "real")
