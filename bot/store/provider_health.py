"""Which providers and webhooks do not answer; those that do have no row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.provider_health import HealthKey, Trouble
from bot.store.tables import HookHealthRow

_TABLE = HookHealthRow.__table__  # type: ignore[attr-defined]


async def every(conn: AsyncConnection) -> dict[HealthKey, Trouble]:
    rows = (await conn.execute(select(_TABLE).order_by(_TABLE.c.key))).mappings()
    return {HealthKey(row["key"]): Trouble(**row) for row in rows}


async def put(conn: AsyncConnection, trouble: Trouble) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = asdict(trouble)
    statement = insert(_TABLE).values(values)
    await conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


async def forget(conn: AsyncConnection, keys: Collection[HealthKey]) -> bool:
    """Whether there was any trouble."""
    if not keys:
        return False
    return bool((await conn.execute(delete(_TABLE).where(_TABLE.c.key.in_(keys)))).rowcount)
