"""Hot statements answer as SQLAlchemy does, fail as SQLAlchemy does, and let others have their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import ManualClock
from bot.errors import DatabaseRefused
from bot.store.database import Database
from bot.store.hot import HotConnection, HotEngine, Rows, hot
from bot.store.migrations import migrate
from bot.store.tables import DebtRow, ReceivedRow
from bot.store.types import Instant

RECEIVED = ReceivedRow.__table__  # type: ignore[attr-defined]
DEBT = DebtRow.__table__  # type: ignore[attr-defined]
AT = datetime(2026, 11, 21, 2, 47, 3, 250, tzinfo=UTC)
ADD = hot(insert(RECEIVED))
KEYS = hot(select(RECEIVED).where(RECEIVED.c.key.in_(bindparam("keys", expanding=True))).order_by("key"))
SINCE = hot(
    select(func.count(), func.min(RECEIVED.c.at)).where(RECEIVED.c.at >= bindparam("since", type_=Instant))
)
MOVE = hot(update(RECEIVED).where(RECEIVED.c.key == bindparam("which")))
OWE = hot(insert(DEBT).returning(DEBT.c.id, DEBT.c.payload, DEBT.c.due_at))


@pytest.fixture
async def database(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    """On SQLite alone: on PostgreSQL a hot statement is as any other."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/one.db", clock)
    await migrate(database)
    yield database
    await database.close()


async def add(database: Database, *keys: str) -> None:
    async with database.write() as tx:
        await tx.conn.execute(ADD, [{"key": key, "at": AT} for key in keys])


async def both(conn: AsyncConnection, statement: Any, parameters: Any) -> tuple[list[Any], list[Any]]:
    """What it answers here, and what SQLAlchemy answers."""
    here: Any = await conn.execute(statement, parameters)
    assert isinstance(here, Rows), "it is not a hot one after all"
    theirs = await AsyncConnection.execute(conn, statement, parameters)
    assert list(here.keys()) == list(theirs.keys())
    return list(here.mappings()), list(theirs.mappings())


@pytest.mark.parametrize("keys", [["a"], ["a", "b", "z"], ["a", "b"], []])
async def test_a_list_may_have_any_length(database: Database, keys: list[str]) -> None:
    await add(database, "a", "b", "c")
    async with database.read() as conn:
        here, theirs = await both(conn, KEYS, {"keys": keys})
    assert here == theirs == [{"key": key, "at": AT} for key in keys if key != "z"]


async def test_instants_come_back_as_they_went_in(database: Database) -> None:
    await add(database, "a", "b")
    async with database.read() as conn:
        for since in (AT, AT + timedelta(microseconds=1)):
            here, theirs = await both(conn, SINCE, {"since": since})
            assert here == theirs


async def test_what_was_written_is_seen_by_both_in_one_transaction_and_by_nobody_after_a_rollback(
    database: Database,
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as tx:
            await tx.conn.execute(ADD, {"key": "a", "at": AT})
            here, theirs = await both(tx.conn, KEYS, {"keys": ["a"]})
            assert here == theirs != []
            raise ZeroDivisionError
    async with database.read() as conn:
        assert (await conn.execute(KEYS, {"keys": ["a"]})).all() == []


async def test_a_read_sees_one_state_whichever_way_its_statements_go(database: Database) -> None:
    async with database.read() as conn:
        assert (await conn.execute(KEYS, {"keys": ["a"]})).all() == []
        await add(database, "a")
        assert (await conn.execute(select(RECEIVED))).all() == []
        assert (await conn.execute(KEYS, {"keys": ["a"]})).all() == []


async def test_an_update_says_how_many_rows_it_changed(database: Database) -> None:
    await add(database, "a")
    async with database.write() as tx:
        for which, count in (("a", 1), ("z", 0)):
            assert (await tx.conn.execute(MOVE, {"which": which, "at": AT})).rowcount == count


async def test_a_row_that_is_written_hands_back_what_was_asked_for(database: Database) -> None:
    row = {
        "key": "k", "mode": "deliver", "kind": "notice", "lane": "l", "priority": 1, "payload": {"to": ["é", 1]},
        "state": "new", "wanted": 1, "due_at": AT, "tries": 0, "created_at": AT,
    }  # fmt: skip
    async with database.write() as tx:
        one = (await tx.conn.execute(OWE, row)).one()
        many: Any = await tx.conn.execute(OWE, [row | {"key": "m"}, row | {"key": "n"}])
        assert isinstance(many, Rows), "it is not a hot one after all"
    assert one == (1, {"to": ["é", 1]}, AT)
    assert [tuple(row) for row in many] == [(number, {"to": ["é", 1]}, AT) for number in (2, 3)]


async def test_a_statement_that_fails_says_so_in_sqlalchemys_words(database: Database) -> None:
    await add(database, "a")
    with pytest.raises(DatabaseRefused) as told:
        await add(database, "b", "a")
    assert isinstance(told.value.__cause__, IntegrityError)
    async with database.read() as conn:
        with pytest.raises(StatementError):
            await conn.execute(SINCE, {"since": datetime(2026, 1, 1)})  # noqa: DTZ001
        with pytest.raises(StatementError):
            await conn.execute(SINCE, {})


async def test_a_long_one_leaves_the_loop_to_others(database: Database) -> None:
    counted = hot(select(func.count()).select_from(text(
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT i FROM n)"
    )))  # fmt: skip

    async def read() -> int:
        async with database.read() as conn:
            return int((await conn.execute(counted)).scalar_one())

    task = asyncio.ensure_future(read())
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert await task == 400_000
    assert turns > 20


async def test_both_engines_know_hot_statements(database: Database) -> None:
    assert isinstance(database.read_engine, HotEngine)
    async with database.write() as tx:
        assert isinstance(tx.conn, HotConnection)
