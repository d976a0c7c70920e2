"""The database: one writer at a time, readers beside it, and a promise about what a commit means.

SQLite (the default): WAL, `synchronous=FULL`, foreign keys on, every write transaction is `BEGIN IMMEDIATE` (without it
79 of 100 read-modify-writes were lost in silence). PostgreSQL: the same code on a pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.clock import Clock
from bot.errors import CannotStart, DatabaseBusy, DatabaseRefused
from bot.store.uow import Tx

LOCK_WAIT_MS = 250
"""How long SQLite itself waits for a lock; longer waits are ours, so that the thread is not held."""
PATIENCE_SECONDS = 60.0
"""How long a write waits for a locked database before it gives up with `DatabaseBusy`."""


class Database:
    """Opens read and write transactions; after each commit tells the listeners which duties it woke."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = make_url(url)
        self.clock = clock
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = asyncio.Lock()
        self._listeners: list[Callable[[Tx], None]] = []
        if self.is_sqlite:
            _make_folder(self.url.database)
            self.write_engine = _sqlite_engine(url, writes=True)
            self.read_engine = _sqlite_engine(url, writes=False)
        else:
            self.write_engine = _postgres_engine(url)
            self.read_engine = self.write_engine

    def on_commit(self, listener: Callable[[Tx], None]) -> None:
        """Call `listener` with the transaction right after each commit; it must be quick and must not raise."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """A write transaction: committed with its facts and debts when the block ends, rolled back when it raises.

        Raises `DatabaseBusy` when the database stays locked for `PATIENCE_SECONDS` or is away, and `DatabaseRefused`
        for a statement that it does not take; nothing is saved then.
        """
        try:
            async with AsyncExitStack() as stack:
                if self.is_sqlite:
                    await stack.enter_async_context(self._writer)
                conn = await stack.enter_async_context(self._begin())
                tx = Tx(conn, now=self.clock.now(), real=self.clock.real())
                yield tx
                await tx.flush()
                await conn.commit()
        except (OperationalError, InterfaceError) as error:
            raise DatabaseBusy(
                f"The database cannot be written: {error.orig}. Nothing was saved; try again."
            ) from error
        except DBAPIError as error:
            raise DatabaseRefused(
                f"The database refused a statement: {error.orig}. Nothing was saved."
            ) from error
        for listener in self._listeners:
            listener(tx)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state and writes nothing."""
        async with self.read_engine.connect() as conn:
            yield conn

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        deadline = self.clock.monotonic() + PATIENCE_SECONDS
        async with self.write_engine.connect() as conn:
            while True:
                try:
                    await conn.begin()
                    break
                except OperationalError as error:
                    if not is_locked(error):
                        raise
                    await conn.rollback()
                    if self.clock.monotonic() > deadline:
                        raise DatabaseBusy("The database is locked. Nothing was saved; try again.") from error
                    await asyncio.sleep(0.05)
            yield conn

    async def close(self) -> None:
        await self.write_engine.dispose()
        if self.read_engine is not self.write_engine:
            await self.read_engine.dispose()


def is_locked(error: OperationalError) -> bool:
    return "locked" in str(error.orig) or "busy" in str(error.orig)


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _make_folder(database: str | None) -> None:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)


def _sqlite_engine(url: str, *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_size=1 if writes else 4,
        max_overflow=0 if writes else 4,
        connect_args={"timeout": LOCK_WAIT_MS / 1000},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
        if not writes:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: str) -> AsyncEngine:
    if make_url(url).get_backend_name() != "postgresql":
        raise CannotStart(
            "TOCSIN_DATABASE_URL must begin with sqlite+aiosqlite:// or postgresql+asyncpg://; "
            f"it begins with {make_url(url).drivername}://."
        )
    return create_async_engine(
        url,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
    )
