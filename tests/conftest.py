"""What all tests share: a clock to push and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.store.database import Database
from bot.store.migrations import migrate

NIGHT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """02:47 on a Saturday night; pushed by the test."""
    return ManualClock(NIGHT)


@pytest.fixture
async def database(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    """A migrated database of its own."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/tocsin.db", clock)
    await migrate(database)
    yield database
    await database.close()
