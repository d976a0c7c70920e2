"""How far each schedule's changes of shift have been told, and when to look again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId
from bot.store.tables import ShiftWatchRow

_TABLE = ShiftWatchRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Watch:
    schedule: ScheduleId
    told_until: datetime
    due_at: datetime
    on_call: tuple[PersonId, ...]
    """By the last look."""


def _watch(row: RowMapping) -> Watch:
    on_call = tuple(PersonId(person) for person in row["on_call"])
    return Watch(ScheduleId(row["schedule"]), row["told_until"], row["due_at"], on_call)


async def every(conn: AsyncConnection) -> dict[ScheduleId, Watch]:
    rows = (await conn.execute(select(_TABLE).order_by(_TABLE.c.schedule))).mappings()
    return {ScheduleId(row["schedule"]): _watch(row) for row in rows}


async def of(conn: AsyncConnection, schedule: ScheduleId) -> Watch | None:
    """None: it has not been looked at yet."""
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.schedule == schedule))).mappings().first()
    return _watch(row) if row else None


async def save(conn: AsyncConnection, watches: Collection[Watch]) -> None:
    """All of them in one statement, whether or not they are there."""
    if not watches:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE)
    replaced = {name: statement.excluded[name] for name in ("told_until", "due_at", "on_call")}
    rows = [
        {
            "schedule": watch.schedule,
            "told_until": watch.told_until,
            "due_at": watch.due_at,
            "on_call": list(watch.on_call),
        }
        for watch in watches
    ]
    await conn.execute(statement.on_conflict_do_update(index_elements=["schedule"], set_=replaced), rows)


async def forget(conn: AsyncConnection, schedules: Collection[ScheduleId]) -> None:
    """Those that are not configured any more."""
    if schedules:
        await conn.execute(delete(_TABLE).where(_TABLE.c.schedule.in_(schedules)))
