"""A thousand pages due in the same second: how long until each step is committed, and how long the loop is blocked."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bench.figures import Figure, median
from bench.filling import open_pages
from bot import memory
from bot.clock import SystemClock
from bot.engine.duties import Escalate
from bot.store.database import Database
from bot.usecases import configuration

PAGES = 1_000
RUNS = 3


async def measure() -> list[Figure]:
    ours = [await steps(PAGES) for _ in range(RUNS)]
    stock = [await _stock_store() for _ in range(RUNS)]
    took, blocked, _ = (median(one) for one in zip(*ours, strict=True))
    stock_took, stock_blocked = (median(one) for one in zip(*stock, strict=True))
    return [
        Figure(
            f"{PAGES:,} pages due at once, all steps committed",
            took,
            "ms",
            f"reach 400; stock APScheduler store in this run {stock_took:,.0f}, "
            "which saves no step and loses what a kill finds",
        ),
        Figure(
            "the same, longest block of the event loop",
            blocked,
            "ms",
            f"reach 20; stock APScheduler store in this run {stock_blocked:,.0f}",
        ),
    ]


class _Watch:
    """The longest time for which the event loop turned to nobody, in milliseconds."""

    longest = 0.0


@asynccontextmanager
async def _watched() -> AsyncIterator[_Watch]:
    watch = _Watch()

    async def look() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            watch.longest = max(watch.longest, (now - last - 0.001) * 1000)
            last = now

    task = asyncio.create_task(look())
    await asyncio.sleep(0.05)
    watch.longest = 0.0
    try:
        yield watch
        await asyncio.sleep(0.01)  # a block that ended just now is still to be seen
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def steps(count: int) -> tuple[float, float, float]:
    """Milliseconds until nothing is due, and of the longest block; and megabytes that the process has more."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        file = Path(folder) / "due.db"
        await open_pages(file, count, timedelta(0))
        db = Database(f"sqlite+aiosqlite:///{file}", SystemClock())
        async with db.read() as conn:
            catalogue = await configuration.load_catalogue(conn)
        escalate = Escalate(db, lambda: catalogue)
        memory.settle()  # as a running bot does once it has started
        before = _resident()
        async with _watched() as watch:
            begun = time.monotonic()
            await escalate.run()
            took = (time.monotonic() - begun) * 1000
        due_at = await escalate.due()
        assert due_at is not None and due_at > db.clock.now(), "a step was not taken"
        await db.close()
        return took, watch.longest, _resident() - before


def _resident() -> float:
    """Megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


_ran: set[int] = set()
_all_ran = asyncio.Event()


async def _job(number: int) -> None:
    _ran.add(number)
    if len(_ran) == PAGES:
        _all_ran.set()


async def _stock_store() -> tuple[float, float]:
    """The same count of jobs in APScheduler's own store: until all ran, and the longest block."""
    _ran.clear()
    _all_ran.clear()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        store: Any = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")
        scheduler: Any = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC)
        scheduler.start(paused=True)
        at = datetime.now(UTC) - timedelta(seconds=1)
        for number in range(PAGES):
            scheduler.add_job(_job, "date", run_date=at, args=[number], misfire_grace_time=None)
        async with _watched() as watch:
            begun = time.monotonic()
            scheduler.resume()
            await _all_ran.wait()
            took = (time.monotonic() - begun) * 1000
        scheduler.shutdown(wait=False)
        return took, watch.longest
