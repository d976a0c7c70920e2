"""Somebody opened their App Home."""

from __future__ import annotations

from bot.core import debts
from bot.core.ids import UserId
from bot.store.database import Database


async def opened(db: Database, user: UserId) -> None:
    """It is owed as it is now."""
    async with db.write() as tx:
        tx.owe(debts.home(user))
