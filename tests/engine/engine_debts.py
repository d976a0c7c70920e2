"""A duty to try the engine with: rows with a deadline in SQLite, and what pays them."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.engine.jobstore import Timebase
from bot.engine.scheduler import Duty, Engine

START = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NEVER = 3600.0
"""A floor so far away that only what is under test can wake a duty."""
SOON = 0.05


class Debts:
    """Rows with a deadline in SQLite, and the duty that pays them: `paid` tells when each was."""

    def __init__(self, clock: Clock, name: str = "escalate", *, batch: int = 1000) -> None:
        self.name = name
        self.clock = clock
        self.batch = batch
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE debt (id INTEGER PRIMARY KEY, due_at TEXT)")
        self.paid: list[tuple[int, datetime]] = []
        self.runs = 0
        self.running = 0
        self.most_at_once = 0
        self.before_pay: Callable[[], Awaitable[None]] = self._nothing
        self.before_read: Callable[[], Awaitable[None]] = self._nothing
        self.after_read: Callable[[], Awaitable[None]] = self._nothing

    def owe(self, at: datetime, *, count: int = 1) -> None:
        rows = [(at.isoformat(timespec="microseconds"),)] * count
        self.db.executemany("INSERT INTO debt (due_at) VALUES (?)", rows)
        self.db.commit()

    def unpaid(self) -> int:
        return int(self.db.execute("SELECT count(*) FROM debt").fetchone()[0])

    def duty(self, timebase: Timebase = "product") -> Duty:
        return Duty(self.name, self.pay, self.earliest, timebase)

    async def earliest(self) -> datetime | None:
        await self.before_read()
        text = self.db.execute("SELECT min(due_at) FROM debt").fetchone()[0]
        await self.after_read()
        return None if text is None else datetime.fromisoformat(text)

    async def pay(self) -> None:
        self.runs += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            await self.before_pay()
            now = self.clock.now()
            due = self.db.execute(
                "SELECT id FROM debt WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                (now.isoformat(timespec="microseconds"), self.batch),
            ).fetchall()
            self.db.executemany("DELETE FROM debt WHERE id = ?", due)
            self.db.commit()
            self.paid += [(row[0], now) for row in due]
        finally:
            self.running -= 1

    @staticmethod
    async def _nothing() -> None:
        return None


async def until(condition: Callable[[], bool], within: float = 60.0) -> None:
    """Wait for a condition, and fail if it is not met within that many seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        await asyncio.sleep(0.005)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@asynccontextmanager
async def started(clock: Clock, *duties: Duty, **options: float) -> AsyncIterator[Engine]:
    """A running engine; fails if the story takes long, or any loop callback raised while it ran or stopped."""
    broken: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: broken.append(context))
    engine = Engine(duties, clock, **{"refresh_every": NEVER, **options})
    await engine.start()
    try:
        async with asyncio.timeout(90):
            yield engine
    finally:
        await engine.stop(timeout=1)
        await turns(5)
    assert broken == []
