"""What all tests share: a clock to push and a real database, of both kinds where its statements are tested."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.store.database import Database
from bot.store.migrations import migrate
from tests.postgres import MIGRATED, Cluster, cluster

NIGHT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
ON_BOTH = frozenset(
    ["store", "usecases", "queries", "engine", "test_journal.py", "test_captured_story.py", "test_http.py"]
)
"""The folders and files whose tests run on SQLite and on PostgreSQL; the others are about something else."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = metafunc.definition.path
    if "database_url" in metafunc.fixturenames and ON_BOTH & {path.parent.name, path.name}:
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    """02:47 on a Saturday night; pushed by the test."""
    return ManualClock(NIGHT)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A private PostgreSQL server."""
    with cluster() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """A migrated PostgreSQL database with nothing in it."""
    yield postgres.url(MIGRATED)
    postgres.empty()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the test's own database is."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/tocsin.db"


@pytest.fixture
async def database(database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """A migrated database of its own."""
    database = Database(database_url, clock)
    await migrate(database)
    yield database
    await database.close()
