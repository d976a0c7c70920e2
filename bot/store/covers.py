"""Questions for cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.cover import Cover, CoverState
from bot.core.ids import CoverId, PersonId, ScheduleId, UserId
from bot.store.hot import hot
from bot.store.tables import CoverRow

_TABLE = CoverRow.__table__  # type: ignore[attr-defined]
_ALL_OPEN = hot(select(_TABLE).where(_TABLE.c.state == CoverState.OPEN.value).order_by(_TABLE.c.id))


def subject(cover: CoverId) -> str:
    """Of the messages that show it."""
    return f"cover:{cover}"


def _cover(row: RowMapping) -> Cover:
    return Cover(
        id=CoverId(row["id"]),
        schedule=ScheduleId(row["schedule"]),
        person=PersonId(row["person"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        asked=tuple(PersonId(person) for person in row["asked"]),
        by=UserId(row["by"]),
        made_at=row["made_at"],
        reason=row["reason"],
        declined=tuple(PersonId(person) for person in row["declined"]),
        state=CoverState(row["state"]),
        accepted_by=PersonId(row["accepted_by"]) if row["accepted_by"] else None,
        override=row["override_id"],
        settled_at=row["settled_at"],
        due_at=row["due_at"],
        version=row["version"],
    )


def _row(cover: Cover) -> dict[str, Any]:
    return {
        "schedule": cover.schedule,
        "person": cover.person,
        "starts_at": cover.starts_at,
        "ends_at": cover.ends_at,
        "asked": list(cover.asked),
        "declined": list(cover.declined),
        "reason": cover.reason,
        "state": cover.state.value,
        "by": cover.by,
        "made_at": cover.made_at,
        "accepted_by": cover.accepted_by,
        "override_id": cover.override,
        "settled_at": cover.settled_at,
        "due_at": cover.due_at,
        "version": cover.version,
    }


async def add(conn: AsyncConnection, cover: Cover) -> Cover:
    """With its number, whatever `cover.id` says."""
    result = await conn.execute(insert(_TABLE).values(_row(cover)).returning(_TABLE.c.id))
    return replace(cover, id=CoverId(result.scalar_one()))


async def save(conn: AsyncConnection, cover: Cover) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == cover.id).values(_row(cover)))


async def load(conn: AsyncConnection, cover: CoverId) -> Cover | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.id == cover))).mappings().first()
    return _cover(row) if row else None


async def open_covers(conn: AsyncConnection) -> tuple[Cover, ...]:
    """The questions that nobody has settled, the oldest first."""
    return tuple(_cover(row) for row in (await conn.execute(_ALL_OPEN)).mappings())


async def due(conn: AsyncConnection, now: datetime) -> tuple[Cover, ...]:
    query = select(_TABLE).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.due_at)
    return tuple(_cover(row) for row in (await conn.execute(query)).mappings())
