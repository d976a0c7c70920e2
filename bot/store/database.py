"""The database: one writer at a time, readers beside it, and a promise about what a commit means.

SQLite (the default): WAL, `synchronous=FULL`, foreign keys on, every write transaction is `BEGIN IMMEDIATE` (without it
79 of 100 read-modify-writes were lost in silence). PostgreSQL: the same, by a lock that all copies share
(`docs/decisions/006-postgresql.md`); what a commit woke is told to the other copies with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock
from bot.errors import DatabaseBusy, StoodDown
from bot.measured import Durations
from bot.store import wakeups
from bot.store.address import parsed
from bot.store.engines import postgres_engine, sqlite_engine
from bot.store.readers import Readers
from bot.store.refusals import CONNECTING, is_away, is_locked, told, told_at_commit
from bot.store.turns import Turns
from bot.store.uow import Tx

PATIENCE_SECONDS = 60.0
"""How long a write waits for a database that is locked or away before it gives up with `DatabaseBusy`."""
LOOK_AGAIN_AFTER = 0.05
WRITER_LOCK = 0x70C5_1A00
"""The advisory lock that a write transaction holds on PostgreSQL; any number that nobody else uses."""


class Database:
    """Opens read and write transactions; after each commit tells the listeners which duties it woke."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = parsed(url)
        self.clock = clock
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = Turns()
        self._listeners: list[Callable[[Tx], None]] = []
        self._claim_pages: Callable[[Tx], Awaitable[None]] = _wake_deliver
        self.write_wait = Durations()
        """How long writes waited for their turn and for the database."""
        self._stood_down: StoodDown | None = None
        self.write_engine: AsyncEngine
        self.read_engine: AsyncEngine
        if self.is_sqlite:
            _make_folder(self.url.database)
            self.write_engine = sqlite_engine(url, writes=True)
            self.read_engine = engine = sqlite_engine(url, writes=False)
            self._readers = Readers(engine)
        else:
            self.write_engine = postgres_engine(url)
            self.read_engine = self.write_engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def is_awaited(self) -> bool:
        """Whether anybody else of this copy waits to write."""
        return self._writer.is_awaited

    def on_commit(self, listener: Callable[[Tx], None]) -> None:
        """Call `listener` with the transaction right after each commit; it must be quick and must not raise."""
        self._listeners.append(listener)

    def before_commit_of_pages(self, claim: Callable[[Tx], Awaitable[None]]) -> None:
        """`claim` takes the pages that a transaction owes, within it: they go out right after its commit."""
        self._claim_pages = claim

    def stand_down(self, why: StoodDown) -> None:
        """From now on every write raises `why`: no claim, no step, nothing that somebody is told was saved."""
        self._stood_down = why

    @asynccontextmanager
    async def write(self, *, first: bool = False) -> AsyncIterator[Tx]:
        """A write transaction: committed with its facts and debts when the block ends, rolled back when it raises.

        `first` is for what somebody outside waits for: it waits for one transaction, not for a queue of them.
        Raises `DatabaseBusy` when the database stays locked or away for `PATIENCE_SECONDS` or goes away meanwhile,
        `StoodDown` after `stand_down`, and `DatabaseRefused` for a statement that it does not take; nothing is saved
        then. One exception: `MaybeSaved`, a `DatabaseBusy`, when the database went away at the commit itself.
        """
        came = time.monotonic()
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self._writer.turn(first=first))
                conn = await stack.enter_async_context(self._begin())
                self.write_wait.add(time.monotonic() - came)
                tx = Tx(conn, now=self.clock.now(), real=self.clock.real())
                self._refuse_when_stood_down()
                yield tx
                await tx.flush()
                if tx.pages_owed:
                    await self._claim_pages(tx)
                self._refuse_when_stood_down()
                if tx.wakes and not self.is_sqlite:
                    await wakeups.tell(conn, tx.wakes)
                await self._commit(conn)
        except DBAPIError as error:
            raise told(error) from error
        for work in tx.afterwards:
            work()
        for listener in self._listeners:
            listener(tx)

    async def _commit(self, conn: AsyncConnection) -> None:
        try:
            await conn.commit()
        except DBAPIError as error:
            raise told_at_commit(error) from error

    def _refuse_when_stood_down(self) -> None:
        if self._stood_down is not None:
            raise self._stood_down

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state and writes nothing.

        Raises `DatabaseBusy` when the database is away, and `DatabaseRefused` as `write` does.
        """
        try:
            async with AsyncExitStack() as stack:
                yield await self._reading(stack)
        except DBAPIError as error:
            raise told(error) from error

    async def copies(self) -> int:
        """How many Tocsins run on this database, this one included."""
        if self.is_sqlite:
            return 1
        async with self.read() as conn:
            return max(1, await wakeups.listening(conn))

    async def close(self) -> None:
        await self.write_engine.dispose()
        if self.is_sqlite:
            await self._readers.close()
            await self.read_engine.dispose()

    async def _reading(self, stack: AsyncExitStack) -> AsyncConnection:
        try:
            opened = self._readers.one() if self.is_sqlite else self.read_engine.connect()
            return await stack.enter_async_context(opened)
        except CONNECTING as error:
            raise told(error) from error

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        """A connection that may write; nothing was begun before, so waiting for it is safe."""
        deadline = self.clock.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                conn = await self._writing()
                break
            except CONNECTING as error:
                if not (is_locked(error) if self.is_sqlite else is_away(error)):
                    raise told(error) from error
                if self.clock.monotonic() > deadline:
                    locked = DatabaseBusy("The database is locked. Nothing was saved; try again.")
                    raise (locked if self.is_sqlite else told(error)) from error
            await asyncio.sleep(LOOK_AGAIN_AFTER)
        try:
            yield conn
        finally:
            await conn.close()

    async def _writing(self) -> AsyncConnection:
        async with AsyncExitStack() as stack:
            conn = await stack.enter_async_context(self.write_engine.connect())
            await conn.begin()
            if not self.is_sqlite:
                await conn.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
            stack.pop_all()  # open it stays
        return conn


async def _wake_deliver(tx: Tx) -> None:
    tx.wake("deliver")


def _make_folder(database: str | None) -> None:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
