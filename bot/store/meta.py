"""Single facts about this database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import MetaRow

_TABLE = MetaRow.__table__  # type: ignore[attr-defined]


async def get(conn: AsyncConnection, key: str) -> Any:
    """The value, or None."""
    return (await conn.execute(select(_TABLE.c.value).where(_TABLE.c.key == key))).scalar()


async def put(conn: AsyncConnection, key: str, value: Any) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE).values(key=key, value=value)
    await conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
