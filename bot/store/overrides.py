"""Overrides of schedules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import Origin, Override
from bot.store.tables import OverrideRow

_TABLE = OverrideRow.__table__  # type: ignore[attr-defined]


def override_of(row: RowMapping) -> Override:
    return Override(
        id=row["id"],
        schedule=ScheduleId(row["schedule"]),
        person=PersonId(row["person"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        made_at=row["made_at"],
        reason=row["reason"],
        by=row["by"],
        origin=Origin(row["origin"]),
    )


async def load(conn: AsyncConnection, number: int) -> Override | None:
    """None for what was taken back."""
    query = select(_TABLE).where(_TABLE.c.id == number, _TABLE.c.removed_at.is_(None))
    row = (await conn.execute(query)).mappings().first()
    return override_of(row) if row else None


async def of_person(conn: AsyncConnection, person: PersonId, now: datetime) -> tuple[Override, ...]:
    """Theirs that are not over, in the order in which they were made."""
    c = _TABLE.c
    query = (
        select(_TABLE)
        .where(c.person == person, c.ends_at > now, c.removed_at.is_(None))
        .order_by(c.made_at, c.id)
    )
    return tuple(override_of(row) for row in (await conn.execute(query)).mappings())


async def end(conn: AsyncConnection, override: Override, at: datetime, by: str) -> None:
    """Cut it short at `at`; one that has not begun by then is taken back."""
    begun = override.starts_at < at
    values = {"ends_at": at} if begun else {"removed_at": at, "removed_by": by}
    await conn.execute(update(_TABLE).where(_TABLE.c.id == override.id).values(values))


async def add(conn: AsyncConnection, override: Override) -> Override:
    """Answers it with its number."""
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
    return replace(override, id=int(result.scalar_one()))
