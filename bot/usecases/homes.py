"""Somebody opened their App Home."""

from __future__ import annotations

from bot.core import debts
from bot.core.ids import UserId
from bot.store import homes
from bot.store.database import Database


async def opened(db: Database, user: UserId) -> None:
    """It is owed as it is now; while it is recent, it follows what changes."""
    async with db.write() as tx:
        await homes.seen(tx.conn, user, tx.real)
        tx.owe(debts.home(user))
