"""Which other copies on one PostgreSQL have gone and left something half sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import debts, presence


async def gone(conn: AsyncConnection, real: datetime, me: str) -> frozenset[str]:
    """Those that hold leases and are not there at this moment."""
    others = await debts.sending(conn, real) - {me}
    return await presence.gone(conn, others) if others else frozenset()
