"""Overrides of schedules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import Override
from bot.store.tables import OverrideRow

_TABLE = OverrideRow.__table__  # type: ignore[attr-defined]


async def in_force(conn: AsyncConnection, start: datetime, end: datetime) -> tuple[Override, ...]:
    """The overrides that touch the span and were not taken back, in the order in which they were made."""
    standing = _TABLE.c.ends_at > start, _TABLE.c.starts_at <= end, _TABLE.c.removed_at.is_(None)
    query = select(_TABLE).where(*standing).order_by(_TABLE.c.id)
    return tuple(
        Override(
            id=row["id"],
            schedule=ScheduleId(row["schedule"]),
            person=PersonId(row["person"]),
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            made_at=row["made_at"],
            reason=row["reason"],
            by=row["by"],
        )
        for row in (await conn.execute(query)).mappings()
    )


async def add(conn: AsyncConnection, override: Override) -> int:
    row = {
        "schedule": override.schedule,
        "person": override.person,
        "starts_at": override.starts_at,
        "ends_at": override.ends_at,
        "made_at": override.made_at,
        "reason": override.reason,
        "by": override.by,
        "origin": "override",
        "removed_by": "",
    }
    result = await conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))
    return int(result.scalar_one())
