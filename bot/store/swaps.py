"""Proposed and settled swaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import PersonId, ScheduleId, SwapId, UserId
from bot.core.swap import Part, Swap, SwapState
from bot.store.hot import hot
from bot.store.tables import SwapRow

_TABLE = SwapRow.__table__  # type: ignore[attr-defined]
_PROPOSED = hot(select(_TABLE).where(_TABLE.c.state == SwapState.PROPOSED.value).order_by(_TABLE.c.id))


def subject(swap: SwapId) -> str:
    """Of the messages that show it."""
    return f"swap:{swap}"


def _part(row: RowMapping, which: str) -> Part:
    return Part(
        schedule=ScheduleId(row[f"{which}_schedule"]),
        person=PersonId(row[f"{which}_person"]),
        starts_at=row[f"{which}_starts_at"],
        ends_at=row[f"{which}_ends_at"],
    )


def _swap(row: RowMapping) -> Swap:
    return Swap(
        id=SwapId(row["id"]),
        first=_part(row, "first"),
        second=_part(row, "second"),
        by=UserId(row["by"]),
        made_at=row["made_at"],
        reason=row["reason"],
        state=SwapState(row["state"]),
        settled_at=row["settled_at"],
        due_at=row["due_at"],
        version=row["version"],
    )


def _columns(part: Part, which: str) -> dict[str, Any]:
    return {
        f"{which}_schedule": part.schedule,
        f"{which}_person": part.person,
        f"{which}_starts_at": part.starts_at,
        f"{which}_ends_at": part.ends_at,
    }


def _row(swap: Swap) -> dict[str, Any]:
    return {
        **_columns(swap.first, "first"),
        **_columns(swap.second, "second"),
        "reason": swap.reason,
        "state": swap.state.value,
        "by": swap.by,
        "made_at": swap.made_at,
        "settled_at": swap.settled_at,
        "due_at": swap.due_at,
        "version": swap.version,
    }


async def add(conn: AsyncConnection, swap: Swap) -> Swap:
    """With its number, whatever `swap.id` says."""
    result = await conn.execute(insert(_TABLE).values(_row(swap)).returning(_TABLE.c.id))
    return replace(swap, id=SwapId(result.scalar_one()))


async def save(conn: AsyncConnection, swap: Swap) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == swap.id).values(_row(swap)))


async def load(conn: AsyncConnection, swap: SwapId) -> Swap | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.id == swap))).mappings().first()
    return _swap(row) if row else None


async def proposed(conn: AsyncConnection) -> tuple[Swap, ...]:
    """Those that wait for an answer, the oldest first."""
    return tuple(_swap(row) for row in (await conn.execute(_PROPOSED)).mappings())


async def due(conn: AsyncConnection, now: datetime) -> tuple[Swap, ...]:
    query = select(_TABLE).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.due_at)
    return tuple(_swap(row) for row in (await conn.execute(query)).mappings())
