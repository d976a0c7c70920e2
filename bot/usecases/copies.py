"""One copy on PostgreSQL takes over from another that is gone."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from bot.store import debts, presence
from bot.store.database import Database

log = structlog.get_logger(__name__)


async def take_over(db: Database, copies: Collection[str]) -> None:
    """What these were sending is in doubt now, but for those who are back."""
    async with db.write() as tx:
        dead = await presence.gone(tx.conn, copies)
        count = await debts.take_over_leases(tx.conn, tx.real, dead)
        tx.wake("deliver")
    if count:
        log.info("sends of a copy that is gone are in doubt", count=count, copies=sorted(dead))
