"""Bringing a test's database to this program's schema."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.migrations import migrate


def migrated(url: str) -> None:
    """Migrate it, whatever runs in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate(url)).result()


async def _migrate(url: str) -> None:
    database = Database(url, SystemClock())
    await migrate(database)
    await database.close()
