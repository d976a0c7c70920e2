"""SQLite for SQLAlchemy's asyncio engine: a statement runs where it is asked, and what may take long in a thread.

A statement of ours takes some microseconds, the way to a thread and back some seventy, and a common driver goes it four
times a statement. So statements run on the event loop's thread. A commit waits for the disk and goes to a thread; so
does a SELECT that turns out to be a long one, from its beginning, and an `executemany` of very many rows. Nothing waits
for another process's lock here: `Database` looks again. Why: `docs/decisions/007-sqlite-on-the-loop.md`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy.util.concurrency import await_

from bot.core.frozen import dataclass
from bot.store.giving_way import let_others

T = TypeVar("T")

STEPS_ON_THE_LOOP = 100_000
"""Steps of SQLite's virtual machine, some milliseconds, that a SELECT may take on the loop's thread."""
ROWS_ON_THE_LOOP = 500
"""So many rows in one `executemany` take some milliseconds."""
WORK_IN_ONE_TURN = 10
"""So many statements of a transaction, or five times as many rows, come before the loop turns to others."""
_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sqlite")


class Driver:
    """What SQLAlchemy takes for the module of a DBAPI (its `module` argument); the rest is sqlite3's."""

    has_stop = True
    paramstyle = "qmark"

    def connect(self, *args: Any, **keywords: Any) -> Connection:
        ours = {"check_same_thread": False, "isolation_level": None}
        return Connection(sqlite3.connect(*args, **keywords | ours))

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)


class Connection:
    """One connection, used by one task at a time."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._connection = raw
        self.interruptible = False
        self._work = 0
        self._changes = 0
        """How many rows had been changed when it last committed."""
        raw.set_progress_handler(lambda: self.interruptible, STEPS_ON_THE_LOOP)

    @property
    def isolation_level(self) -> str | None:
        return self._connection.isolation_level

    def cursor(self) -> Cursor:
        return Cursor(self, self._connection)

    def create_function(self, *args: Any, **keywords: Any) -> None:
        self._connection.create_function(*args, **keywords)

    def commit(self) -> None:
        if not self._connection.in_transaction:
            return
        if self._connection.total_changes == self._changes:
            self._connection.commit()  # nothing was written, so there is nothing to wait for
        else:
            _in_thread(self._connection.commit)
            self._changes = self._connection.total_changes
        self._work = 0

    def interrupt(self) -> None:
        """Whoever asked has gone: the thread need not go on."""
        self._connection.interrupt()

    def give_way(self, rows: int) -> None:
        """After each statement of so many rows; others have their turn when it was enough for one."""
        self._work += 1 + rows // 5
        if self._work < WORK_IN_ONE_TURN:
            await_(_NOTHING)
        else:
            self._work = 0
            await_(let_others())

    def begin(self) -> None:
        """A transaction that reads, unless one was begun: it waits for nobody's lock."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    async def turn(self, rows: int) -> None:
        """`give_way` for whoever is not within SQLAlchemy."""
        self._work += 1 + rows // 5
        if self._work >= WORK_IN_ONE_TURN:
            self._work = 0
            await let_others()

    def run(self, statement: str, parameters: Sequence[Any]) -> Ran:
        """Run it here. Raises `sqlite3.OperationalError` for a SELECT that turns out to be long: it wants a thread."""
        self.interruptible = statement.startswith("SELECT")
        try:
            return _ran(self._connection.execute(statement, parameters))
        finally:
            self.interruptible = False

    def run_many(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Ran:
        return _ran(self._connection.executemany(statement, parameters))

    def run_each(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Ran:
        """`run_many` for a statement that hands rows back: those of all of them, in order."""
        cursor = self._connection.cursor()
        rows = [row for one in parameters for row in cursor.execute(statement, one).fetchall()]
        return Ran(rows, [column[0] for column in cursor.description], len(rows))

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def close(self) -> None:
        self._connection.close()

    def terminate(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class Ran:
    """What came of a statement."""

    rows: list[Any]
    names: list[str]
    """Of the rows' columns."""
    count: int
    """How many rows it changed."""


def _ran(cursor: sqlite3.Cursor) -> Ran:
    names = [column[0] for column in cursor.description or ()]
    return Ran(cursor.fetchall() if names else [], names, cursor.rowcount)


class Cursor:
    """A DBAPI cursor whose rows are all there when `execute` returns."""

    arraysize = 1

    def __init__(self, connection: Connection, raw: sqlite3.Connection) -> None:
        self._connection = connection
        self._cursor = raw.cursor()
        self._rows: deque[Any] = deque()

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        self._run_in_place(statement, parameters)
        self._connection.give_way(len(self._rows))

    def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        if len(parameters) > ROWS_ON_THE_LOOP:
            _in_thread(lambda: self._cursor.executemany(statement, parameters))
        else:
            self._cursor.executemany(statement, parameters)
        self._connection.give_way(len(parameters))

    def _run_in_place(self, statement: str, parameters: Sequence[Any]) -> None:
        """Here, or in a thread when it turns out to be long."""
        if not statement.startswith("SELECT"):
            self._run(statement, parameters)
            return
        self._connection.interruptible = True
        try:
            self._run(statement, parameters)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        finally:
            self._connection.interruptible = False
        try:
            _in_thread(lambda: self._run(statement, parameters))
        except asyncio.CancelledError:
            self._connection.interrupt()
            raise

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, deque()
        return list(rows)

    def close(self) -> None:
        self._cursor.close()

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's asyncio results ask for it; there is nothing to wait for."""

    def _run(self, statement: str, parameters: Sequence[Any]) -> None:
        self._cursor.execute(statement, parameters)
        self._rows = deque(self._cursor.fetchall() if self._cursor.description else ())


class _Nothing(Awaitable[None]):
    """SQLAlchemy refuses a statement without an await; this one is over at once."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


_NOTHING = _Nothing()


def _in_thread(work: Callable[[], T]) -> T:
    """The calling task waits, the loop goes on."""
    return await_(asyncio.get_running_loop().run_in_executor(_THREADS, work))
