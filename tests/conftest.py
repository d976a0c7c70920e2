"""What all tests share: a clock to push and a real database, of both kinds."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import Phase, settings

from bot.clock import ManualClock
from bot.store.database import Database
from tests import one_dialect
from tests.migrated import migrated
from tests.postgres import MIGRATED, Cluster, cluster
from tests.programs import in_memory

# The default writes the values of local variables beside a traceback: seconds for each, within somebody's transaction.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# The last phase tells which parts of a failing example matter, and takes minutes with a database.
settings.register_profile("tocsin", phases=set(Phase) - {Phase.explain})
settings.load_profile("tocsin")

NIGHT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
KINDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that has a database runs on both kinds, but for one whose name says which kind it is about."""
    if "database_url" in metafunc.fixturenames:
        named = [kind for kind in KINDS if kind in metafunc.function.__name__]
        metafunc.parametrize("database_url", named or KINDS, indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever waits for long begins first, each with another behind it: xdist gives a worker two to begin with.

    The order of all others is any.
    """
    long = sorted((item for item in items if _seconds(item)), key=_seconds, reverse=True)
    others = [item for item in items if not _seconds(item)]
    begin = [item for pair in zip(long, others, strict=False) for item in pair]
    items[:] = [*begin, *long[len(others) :], *others[len(long) :]]


def _seconds(item: pytest.Item) -> int:
    """How long a test that begins first takes, about; 0 for any other."""
    marker = item.get_closest_marker("begins_first")
    return int(marker.args[0]) if marker else 0


def pytest_configure() -> None:
    """Files in memory: a commit waits for the disk, and the disk for whoever else writes, for seconds at times."""
    gc.disable()  # until all tests are collected: each collection walks through more, and nothing of it goes
    one_dialect.register()
    if "PYTEST_XDIST_WORKER" in os.environ:
        _have_a_share()
    memory = in_memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def _have_a_share() -> None:
    """Linux shares processors by session (sched(7), autogroup): its own waits for no other worker's browser."""
    with suppress(PermissionError):  # it leads one already
        os.setsid()


def pytest_collection_finish() -> None:
    """What was read stays: else each full collection walks through all of it, a second within somebody's three."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The order is another in each run: a failure is told with the seed that repeats it."""
    seed = config.getoption("randomly_seed", None)
    if seed is not None and terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"This order again: pytest --randomly-seed={seed}")


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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "tocsin.db"
    migrated(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the test's own database is: a SQLite file that is yet to be made, or a migrated PostgreSQL database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/tocsin.db"


@pytest.fixture
async def database(
    request: pytest.FixtureRequest, database_url: str, clock: ManualClock
) -> AsyncIterator[Database]:
    """A migrated database of its own."""
    database = Database(database_url, clock)
    if database.is_sqlite:
        shutil.copyfile(request.getfixturevalue("migrated_file"), database.url.database or "")
    yield database
    await database.close()
