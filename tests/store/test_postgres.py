"""What PostgreSQL adds: copies take turns, wake each other and are counted; a server that goes away comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.clock import ManualClock, SystemClock
from bot.core.ids import TOCSIN
from bot.errors import CannotStart, DatabaseRefused, MaybeSaved
from bot.store import meta
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.wakeups import WakeUps
from bot.usecases import paging
from bot.usecases.declaring import Declare, declare
from tests.company import CHECKOUT, DAVE, SEV1, company
from tests.postgres import MIGRATED, Cluster

PATIENCE_SECONDS = 20.0


class Copy:
    """What a copy of Tocsin has of the database: its own pool, and ears for the others."""

    def __init__(self, url: str, clock: ManualClock) -> None:
        self.db = Database(url, clock)
        self.woken: asyncio.Queue[tuple[str, datetime | None]] = asyncio.Queue()
        self.ears = WakeUps(self.db.write_engine, self._wake, "a copy")

    def _wake(self, duty: str, at: datetime | None) -> None:
        if duty == "unknown":
            raise KeyError(duty)
        self.woken.put_nowait((duty, at))

    async def next(self) -> tuple[str, datetime | None]:
        return await asyncio.wait_for(self.woken.get(), PATIENCE_SECONDS)

    async def listens(self) -> None:
        await asyncio.wait_for(self.ears.listening.wait(), PATIENCE_SECONDS)


@asynccontextmanager
async def copy_on(url: str, clock: ManualClock) -> AsyncIterator[Copy]:
    copy = Copy(url, clock)
    await copy.ears.start()
    try:
        await copy.listens()
        yield copy
    finally:
        await copy.ears.stop()
        await copy.db.close()


@pytest.fixture
async def copies(postgres_url: str, clock: ManualClock) -> AsyncIterator[tuple[Copy, Copy]]:
    async with copy_on(postgres_url, clock) as one, copy_on(postgres_url, clock) as other:
        yield one, other


async def add_one(db: Database) -> None:
    async with db.write() as tx:
        known = await meta.get(tx.conn, "count") or 0
        await meta.put(tx.conn, "count", known + 1)


async def test_copies_that_write_at_once_lose_nothing(copies: tuple[Copy, Copy]) -> None:
    await asyncio.gather(*(add_one(copy.db) for _ in range(20) for copy in copies))
    async with copies[0].db.read() as conn:
        assert await meta.get(conn, "count") == 40


async def test_one_submission_that_reaches_both_copies_declares_once(copies: tuple[Copy, Copy]) -> None:
    request = Declare(title="Checkout is down", severity=SEV1, service=CHECKOUT, trigger_key="V1")
    declared = await asyncio.gather(*(declare(copy.db, company(), request, DAVE) for copy in copies))
    assert {one.incident.id for one in declared} == {1}
    assert sorted(one.already for one in declared) == [False, True]


async def test_a_due_step_is_taken_by_one_copy(copies: tuple[Copy, Copy], clock: ManualClock) -> None:
    async with copies[0].db.write() as tx:
        await paging.begin(tx, company(), service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN)
    clock.forward(minutes=3)
    taken = await asyncio.gather(*(paging.advance_due(copy.db, company()) for copy in copies))
    assert sorted(taken) == [0, 1]


async def test_a_read_sees_one_state_while_others_write(copies: tuple[Copy, Copy]) -> None:
    one, other = copies
    async with one.db.read() as conn:
        before = await meta.get(conn, "count")
        await add_one(other.db)
        assert await meta.get(conn, "count") == before


async def test_a_read_writes_nothing(copies: tuple[Copy, Copy]) -> None:
    with pytest.raises(DatabaseRefused, match="read-only"):
        async with copies[0].db.read() as conn:
            await meta.put(conn, "count", 1)


async def test_a_commit_wakes_the_other_copy(copies: tuple[Copy, Copy], clock: ManualClock) -> None:
    one, other = copies
    at = clock.now() + timedelta(minutes=5)
    async with one.db.write() as tx:
        tx.wake("unknown")
        tx.wake("escalate", at)
        tx.wake("deliver")
    assert {await other.next(), await other.next()} == {("escalate", at), ("deliver", None)}


async def test_what_is_rolled_back_wakes_nobody(copies: tuple[Copy, Copy]) -> None:
    one, other = copies
    with pytest.raises(ValueError, match="changed my mind"):
        async with one.db.write() as tx:
            tx.wake("escalate")
            raise ValueError("changed my mind")
    async with one.db.write() as tx:
        tx.wake("deliver")
    assert await other.next() == ("deliver", None)


async def test_copies_count_each_other(
    copies: tuple[Copy, Copy], postgres_url: str, clock: ManualClock
) -> None:
    assert await copies[0].db.copies() == 2
    async with copy_on(postgres_url, clock):
        assert await copies[1].db.copies() == 3


async def test_a_restarted_server_loses_nobody(copies: tuple[Copy, Copy], postgres: Cluster) -> None:
    one, other = copies
    await add_one(one.db)
    await asyncio.to_thread(postgres.stop)
    waiting = [asyncio.create_task(add_one(copy.db)) for copy in copies]
    await asyncio.sleep(0)
    postgres.start()
    await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_SECONDS)
    async with other.db.read() as conn:
        assert await meta.get(conn, "count") == 3
    await other.listens()
    async with one.db.write() as tx:
        tx.wake("deliver")
    assert await other.next() == ("deliver", None)


async def test_a_copy_that_dies_within_a_write_holds_nobody_up(
    copies: tuple[Copy, Copy], postgres_url: str
) -> None:
    one, other = copies
    async with AsyncExitStack() as stack:
        engine = Database(postgres_url, SystemClock()).write_engine
        stack.push_async_callback(engine.dispose)
        dead = await engine.connect()
        await dead.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x70C5_1A00})
        waiting = asyncio.create_task(add_one(one.db))
        await dead.invalidate()
        await asyncio.wait_for(waiting, PATIENCE_SECONDS)
    await add_one(other.db)


async def test_a_value_that_no_column_takes_is_refused_and_not_waited_for(copies: tuple[Copy, Copy]) -> None:
    db = copies[0].db
    for statement, value in (
        ("INSERT INTO received (key, at) VALUES (:it, now())", "nul\x00"),
        ("UPDATE page SET version = :it", 2**40),
    ):
        with pytest.raises(DatabaseRefused):
            async with db.write() as tx:
                await tx.conn.execute(text(statement), {"it": value})


async def test_copies_that_start_together_migrate_once(postgres: Cluster, clock: ManualClock) -> None:
    url = postgres.url(postgres.create())
    databases = [Database(url, clock) for _ in range(2)]
    await asyncio.gather(*(migrate(database) for database in databases))
    await add_one(databases[0])
    for database in databases:
        await database.close()


async def test_a_server_that_is_not_there_ends_the_start_with_a_sentence(
    postgres: Cluster, clock: ManualClock
) -> None:
    for url in (postgres.url("nobody_made_this"), "postgresql+asyncpg://tocsin:secret@/x?host=/nowhere"):
        database = Database(url, clock)
        with pytest.raises(CannotStart, match="cannot be reached") as refusal:
            await migrate(database)
        assert "secret" not in str(refusal.value)
        await database.close()


class Cut:
    """A way to the server that breaks when the answer to a commit is on it."""

    def __init__(self, server_path: str) -> None:
        self._server_path = server_path
        self.armed = False
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._server_path)
        cut = asyncio.Event()
        for work in (self._forth(reader, to_server, cut), self._back(from_server, writer, cut)):
            task = asyncio.create_task(work)
            self._tasks.add(task)

    async def _forth(
        self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        while data := await reader.read(65_536):
            if self.armed and b"COMMIT;" in data:
                cut.set()
            to_server.write(data)
        to_server.close()

    async def _back(
        self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        while data := await from_server.read(65_536):
            if cut.is_set():
                break
            writer.write(data)
        writer.close()


async def test_a_commit_whose_answer_is_lost_is_not_called_unsaved(
    postgres: Cluster, postgres_url: str, clock: ManualClock
) -> None:
    cut = Cut(f"{postgres_url.partition('host=')[2]}/.s.PGSQL.5432")
    await cut.start()
    db = Database(f"postgresql+asyncpg://tocsin@127.0.0.1:{cut.port}/{MIGRATED}", clock)
    await add_one(db)
    cut.armed = True
    with pytest.raises(MaybeSaved, match=r"It may be saved or not; look before you try again\.$"):
        await add_one(db)
    cut.armed = False
    async with db.read() as conn:
        assert await meta.get(conn, "count") == 2, "this time it was saved"
    await db.close()
    await cut.stop()
