"""When on-call has something to do next, whatever it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.hot import hot
from bot.store.tables import CalendarRow, ChoreRow, CoverRow, DrillRow, ShiftWatchRow, SwapRow

_DUE = [
    CoverRow.__table__.c.due_at,  # type: ignore[attr-defined]
    SwapRow.__table__.c.due_at,  # type: ignore[attr-defined]
    CalendarRow.__table__.c.due_at,  # type: ignore[attr-defined]
    ChoreRow.__table__.c.due_at,  # type: ignore[attr-defined]
    ShiftWatchRow.__table__.c.due_at,  # type: ignore[attr-defined]
    DrillRow.__table__.c.due_at,  # type: ignore[attr-defined]
]
_earliest = union_all(*(select(func.min(due).label("due_at")) for due in _DUE)).subquery()
_NEXT_DUE = hot(select(func.min(_earliest.c.due_at)))


async def next_due(conn: AsyncConnection) -> datetime | None:
    """The earliest deadline of any of them, in product time; one statement."""
    found: datetime | None = (await conn.execute(_NEXT_DUE)).scalar_one()
    return found
