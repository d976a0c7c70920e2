"""What another process applied is taken up while this one runs, and so is what Slack tells of user groups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.core.catalogue import Catalogue
from bot.engine.scheduler import Duty
from bot.errors import CannotStart
from bot.store.database import Database
from bot.usecases import configuration, schedule_changes, user_groups

log = structlog.get_logger(__name__)


class Refresh:
    """The duty `configuration`.

    It is told by PostgreSQL at once; the engine's look at each duty's `due` finds it within a second on both databases.
    `take_up` reads the configuration anew. Raises what makes it unfit, `CannotStart`: then the former one stays.
    `read_again` reads the same configuration with what Slack tells of people and groups now.
    """

    def __init__(
        self,
        db: Database,
        catalogue: Callable[[], Catalogue],
        take_up: Callable[[], Awaitable[None]],
        read_again: Callable[[], Awaitable[None]],
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._take_up = take_up
        self._read_again = read_again
        self._refused: int | None = None

    async def run(self) -> None:
        number, groups = await self._revisions()
        if number == self._catalogue().revision:
            if groups != self._catalogue().groups_revision:
                await self._read_again()
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
        number, groups = await self._revisions()
        is_new = number not in (self._catalogue().revision, self._refused)
        if number == self._catalogue().revision:
            is_new = groups != self._catalogue().groups_revision
        return self._db.clock.real() if is_new else None

    async def _revisions(self) -> tuple[int, int]:
        """Of the configuration, and of what Slack told of user groups."""
        async with self._db.read() as conn:
            return await configuration.revision(conn), await user_groups.revision(conn)

    def duty(self) -> Duty:
        return Duty("configuration", self.run, self.due, "real")
