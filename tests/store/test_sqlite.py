"""Statements on the event loop's thread: whole answers, nothing long among them, others have their turn."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from bot.clock import ManualClock
from bot.store import sqlite
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.tables import ReceivedRow

RECEIVED = ReceivedRow.__table__  # type: ignore[attr-defined]
AT = datetime(2026, 11, 21, tzinfo=UTC)
LONG = 300_000
"""Rows that take SQLite more steps than are allowed on the loop."""


@pytest.fixture
async def database(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    """On SQLite alone."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/one.db", clock)
    await migrate(database)
    yield database
    await database.close()


def numbers(count: int) -> str:
    return f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"


async def turns_while(work: asyncio.Future[None] | asyncio.Task[None]) -> int:
    """How often others had their turn before the work was done."""
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    await work
    return turns


async def test_a_long_select_leaves_the_loop_to_others_and_answers_whole(database: Database) -> None:
    async with database.write() as tx:
        await tx.conn.execute(
            text(f"{numbers(LONG)} INSERT INTO received (key, at) SELECT i, '2026-11-21 00:00:00' FROM n")
        )

    async def read() -> None:
        async with database.read() as conn:
            found = (await conn.execute(select(func.sum(func.length(RECEIVED.c.key))))).scalar()
            counted = (await conn.execute(select(func.count(), func.max(RECEIVED.c.at)))).one()
        assert (found, counted) == (sum(len(str(i)) for i in range(1, LONG + 1)), (LONG, AT))

    assert await turns_while(asyncio.ensure_future(read())) > 20


async def test_a_long_write_is_not_stopped_on_its_way(database: Database) -> None:
    async with database.write() as tx:
        await tx.conn.execute(
            text(f"{numbers(LONG)} INSERT INTO received (key, at) SELECT i, '2026-11-21 00:00:00' FROM n")
        )
    async with database.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(RECEIVED))).scalar() == LONG


async def test_a_transaction_of_many_statements_lets_others_have_their_turn(database: Database) -> None:
    async def many() -> None:
        async with database.write() as tx:
            for number in range(10 * sqlite.WORK_IN_ONE_TURN):
                await tx.conn.execute(insert(RECEIVED).values(key=str(number), at=AT))

    assert await turns_while(asyncio.ensure_future(many())) >= 10


@pytest.mark.parametrize("rows", [1, 2, sqlite.ROWS_ON_THE_LOOP + 1])
async def test_rows_of_one_statement_are_all_written(database: Database, rows: int) -> None:
    async with database.write() as tx:
        await tx.conn.execute(insert(RECEIVED), [{"key": str(one), "at": AT} for one in range(rows)])
    async with database.read() as conn:
        keys = (await conn.execute(select(RECEIVED.c.key))).scalars()
        assert set(keys) == {str(one) for one in range(rows)}
        two = (await conn.execute(select(RECEIVED.c.key).order_by(RECEIVED.c.key))).fetchmany(2)
        assert len(two) == min(rows, 2)


async def test_a_reader_gone_in_the_midst_of_a_long_select_harms_nobody(database: Database) -> None:
    counting = text(f"SELECT count(*) FROM ({numbers(30 * LONG)} SELECT i FROM n)")

    async def read() -> None:
        async with database.read() as conn:
            await conn.execute(counting)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read(), 0.1)
    async with asyncio.timeout(60), database.read() as conn:
        assert (await conn.execute(text("SELECT 1"))).scalar() == 1
