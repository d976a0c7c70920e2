"""The DMs that were opened, kept over a restart."""

from __future__ import annotations

from bot.core.ids import ChannelId, UserId
from bot.store import directory as people
from bot.store.database import Database
from bot.usecases import directory


class Directs:
    """Kept with the people, in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, user: UserId) -> ChannelId | None:
        async with self._db.read() as conn:
            return await people.direct(conn, user)

    async def keep(self, user: UserId, channel: ChannelId | None) -> None:
        await directory.keep_direct(self._db, user, channel)
