"""Overrides of schedules."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.schedule import Override
from bot.store.tables import OverrideRow

_TABLE = OverrideRow.__table__  # type: ignore[attr-defined]


async def add(conn: AsyncConnection, override: Override) -> int:
    row = {
        "schedule": override.schedule,
        "person": override.person,
        "starts_at": override.starts_at,
        "ends_at": override.ends_at,
        "made_at": override.made_at,
        "reason": override.reason,
        "by": override.by,
        "origin": override.origin.value,
        "removed_by": "",
    }
    result = await conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))
    return int(result.scalar_one())
