"""Single facts about this database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.hot import hot
from bot.store.tables import MetaRow

_TABLE = MetaRow.__table__  # type: ignore[attr-defined]
_VALUE = hot(select(_TABLE.c.value).where(_TABLE.c.key == bindparam("name")))


async def get(conn: AsyncConnection, key: str) -> Any:
    """The value, or None."""
    return (await conn.execute(_VALUE, {"name": key})).scalar()


async def put(conn: AsyncConnection, key: str, value: Any) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE).values(key=key, value=value)
    await conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
