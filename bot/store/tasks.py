"""Tasks of incidents: rows to frozen tasks and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import IncidentId, TaskId
from bot.core.task import Task
from bot.store.tables import TaskRow
from bot.store.uow import Tx

_TABLE = TaskRow.__table__  # type: ignore[attr-defined]
_SAME = ["text", "made_by", "made_at", "assignee", "due_at", "done_at", "done_by"]


def _row(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in _SAME} | {"incident_id": task.incident}


def _task(row: RowMapping) -> Task:
    values = {name: row[name] for name in _SAME}
    return Task(id=TaskId(row["id"]), incident=IncidentId(row["incident_id"]), **values)


async def add(tx: Tx, task: Task) -> TaskId:
    result = await tx.conn.execute(insert(_TABLE).values(_row(task)).returning(_TABLE.c.id))
    return TaskId(result.scalar_one())


async def save(tx: Tx, task: Task) -> None:
    await tx.conn.execute(update(_TABLE).where(_TABLE.c.id == task.id).values(_row(task)))


async def load(conn: AsyncConnection, task: TaskId) -> Task | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.id == task))).mappings().first()
    return _task(row) if row else None


async def of_incident(conn: AsyncConnection, incident: IncidentId) -> tuple[Task, ...]:
    """All of them, the oldest first."""
    query = select(_TABLE).where(_TABLE.c.incident_id == incident).order_by(_TABLE.c.id)
    return tuple(_task(row) for row in (await conn.execute(query)).mappings())


async def count(conn: AsyncConnection, incident: IncidentId) -> int:
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.incident_id == incident)
    return int((await conn.execute(query)).scalar_one())


async def move(tx: Tx, source: IncidentId, target: IncidentId) -> None:
    await tx.conn.execute(update(_TABLE).where(_TABLE.c.incident_id == source).values(incident_id=target))
