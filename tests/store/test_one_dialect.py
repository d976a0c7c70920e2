"""What the tests' engines share: compiled texts, and nothing of what one of them asked or wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import ManualClock
from bot.store.database import Database
from bot.store.tables import DebtRow
from tests.one_dialect import COMPILED

DEBT = DebtRow.__table__  # type: ignore[attr-defined]


def debt(clock: ManualClock, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    return {
        "key": kind,
        "mode": "deliver",
        "kind": kind,
        "lane": "C1",
        "priority": 1,
        "payload": payload,
        "due_at": now,
        "created_at": now,
    }


async def seen(conn: AsyncConnection, kinds: Sequence[str]) -> list[Any]:
    rows = await conn.execute(
        select(DEBT.c.payload, literal(kinds[0]), DEBT.c.due_at)
        .where(DEBT.c.kind.in_(kinds))
        .order_by(DEBT.c.id)
    )
    return [tuple(row) for row in rows]


async def test_each_engine_asks_and_is_told_its_own(
    database: Database, database_url: str, clock: ManualClock
) -> None:
    now = clock.now()
    async with database.write() as tx:
        await tx.conn.execute(insert(DEBT).values(debt(clock, "a", {"one": 1})))
    async with database.read() as conn:
        assert await seen(conn, ["a"]) == [({"one": 1}, "a", now)]

    another, known = Database(database_url, clock), len(COMPILED)
    async with another.write() as tx:
        await tx.conn.execute(insert(DEBT).values(debt(clock, "b", {"two": [2]})))
    async with another.read() as conn:
        assert await seen(conn, ["b"]) == [({"two": [2]}, "b", now)]
        assert await seen(conn, ["b", "a", "c"]) == [({"one": 1}, "b", now), ({"two": [2]}, "b", now)]
    await another.close()
    assert 0 < known == len(COMPILED), "an engine compiled what another one had compiled"
