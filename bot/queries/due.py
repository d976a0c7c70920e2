"""When the engine has work next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import attempts, hand_offs, journal, pages


async def next_step(conn: AsyncConnection) -> datetime | None:
    """The earliest deadline of any page, in product time."""
    return await pages.next_due(conn)


async def next_attempt(conn: AsyncConnection) -> datetime | None:
    """When the earliest planned attempt to reach somebody is due, in product time."""
    return await attempts.next_due(conn)


async def oldest_body(conn: AsyncConnection) -> datetime | None:
    """When the oldest accepted body that is not folded yet came, in product time."""
    return await journal.oldest_pending(conn)


async def next_hand_off(conn: AsyncConnection) -> datetime | None:
    """The earliest deadline of anything about on-call, in product time."""
    return await hand_offs.next_due(conn)
