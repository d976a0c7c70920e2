"""What the program does again and again, each under its key, and when next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.store.tables import ChoreRow

_TABLE = ChoreRow.__table__  # type: ignore[attr-defined]


async def beginning_with(conn: AsyncConnection, prefix: str) -> dict[str, datetime]:
    """When each chore is due whose key begins so."""
    query = select(_TABLE.c.key, _TABLE.c.due_at).where(_TABLE.c.key.startswith(prefix, autoescape=True))
    return {row.key: row.due_at for row in await conn.execute(query)}


async def plan(conn: AsyncConnection, due: Mapping[str, datetime]) -> None:
    """All of them in one statement, whether or not they are there."""
    if not due:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE)
    replaced = {"due_at": statement.excluded.due_at}
    rows = [{"key": key, "due_at": due_at, "data": {}} for key, due_at in due.items()]
    await conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_=replaced), rows)


@dataclass(frozen=True)
class Chore:
    key: str
    due_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


async def named(conn: AsyncConnection, prefix: str) -> dict[str, Chore]:
    """Those whose keys begin so, by key."""
    query = select(_TABLE).where(_TABLE.c.key.startswith(prefix, autoescape=True)).order_by(_TABLE.c.key)
    return {row["key"]: Chore(**row) for row in (await conn.execute(query)).mappings()}


async def put(conn: AsyncConnection, chore: Chore) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {"due_at": chore.due_at, "data": dict(chore.data)}
    statement = insert(_TABLE).values(key=chore.key, **values)
    await conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


async def forget(conn: AsyncConnection, keys: Collection[str]) -> None:
    if keys:
        await conn.execute(delete(_TABLE).where(_TABLE.c.key.in_(keys)))
