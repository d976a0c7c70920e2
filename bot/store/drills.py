"""Live drills, and who takes part."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.drill import Drill, DrillState, Place
from bot.core.ids import DrillId, PageId, UserId
from bot.store.tables import DrillRow

_TABLE = DrillRow.__table__  # type: ignore[attr-defined]


async def add(conn: AsyncConnection, drill: Drill) -> DrillId:
    statement = insert(_TABLE).values(_row(drill)).returning(_TABLE.c.id)
    return DrillId(int((await conn.execute(statement)).scalar_one()))


async def save(conn: AsyncConnection, drill: Drill) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == drill.id).values(_row(drill)))


async def load(conn: AsyncConnection, number: DrillId) -> Drill | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.id == number))).mappings().first()
    return _drill(row) if row else None


async def due(conn: AsyncConnection, now: datetime) -> tuple[Drill, ...]:
    """Those to look at, the oldest first."""
    query = select(_TABLE).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.id)
    return tuple([_drill(row) for row in (await conn.execute(query)).mappings()])


def _row(drill: Drill) -> dict[str, Any]:
    return {
        "what": drill.what,
        "severity": drill.severity,
        "by": drill.by,
        "made_at": drill.made_at,
        "places": [[one.user, one.name, one.level, one.after.total_seconds()] for one in drill.places],
        "state": drill.state,
        "agreed": list(drill.agreed),
        "declined": list(drill.declined),
        "pages": dict(drill.pages),
        "started_at": drill.started_at,
        "ends_at": drill.ends_at,
        "due_at": drill.due_at,
    }


def _drill(row: RowMapping) -> Drill:
    return Drill(
        id=DrillId(row["id"]),
        what=row["what"],
        severity=row["severity"],
        by=UserId(row["by"]),
        made_at=row["made_at"],
        places=tuple(Place(u, name, level, timedelta(seconds=s)) for u, name, level, s in row["places"]),
        state=DrillState(row["state"]),
        agreed=tuple(row["agreed"]),
        declined=tuple(row["declined"]),
        pages={UserId(user): PageId(page) for user, page in row["pages"].items()},
        started_at=row["started_at"],
        ends_at=row["ends_at"],
        due_at=row["due_at"],
    )
