"""A private PostgreSQL from the system's binaries: one for a session of tests, emptied after each of them.

A database of its own for each test, copied from a migrated one, took ten times as long as emptying one.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from alembic.script import ScriptDirectory

from bot.store.migrations.upgrade import alembic_config
from bot.store.tables import metadata
from tests.migrated import migrated
from tests.programs import in_memory, missing

PATIENCE_SECONDS = 30.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_wal_size": "64MB",
    "max_connections": "120",
    # As on a server in another country: what compares instants must not depend on it.
    "timezone": "Asia/Kathmandu",
    "log_min_messages": "fatal",
}
MIGRATED = "migrated"
"""The database that tests get, one after the other."""
TABLES = tuple(metadata.tables)
ALONE = """
SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Whoever is left on it goes first, and is waited for."""
FILLED = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in TABLES)
AS_MIGRATED = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL;
UPDATE alembic_version SET version_num = '{head}'
"""


def binaries() -> Path:
    """Where PostgreSQL's programs are; without them the test is skipped, or fails where programs are required."""
    on_path = shutil.which("initdb")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = Path(on_path) if on_path else next(reversed(versions), None)
    if found is None:
        missing("PostgreSQL", "postgresql")
    return found.resolve().parent


class Cluster:
    """A running server that only this machine's files lead to; `stop` and `start` are a restart under its users."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._server: subprocess.Popen[bytes] | None = None
        self._names = (f"test_{number}" for number in count(1))
        self._loop = asyncio.new_event_loop()
        self._emptying: Any = None
        self._emptying_on: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Make the cluster, start it, and migrate the database that tests get."""
        if os.geteuid() == 0:
            shutil.chown(self._folder, self._account, self._account)
        options = ["--auth=trust", "--username=tocsin", "--encoding=UTF8", "--no-locale", "--no-sync"]
        self._run("initdb", *options, "--pgdata", str(self._data))
        self.start()
        self._sql(f"CREATE DATABASE {MIGRATED}")
        migrated(self.url(MIGRATED))

    def start(self) -> None:
        """Returns when it answers. To be called from the main thread: the server ends with the thread it comes from."""
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [
            str(self._programs / "postgres"),
            "-D",
            str(self._data),
            "-k",
            str(self._folder),
            *settings,
        ]
        server: subprocess.Popen[bytes] = subprocess.Popen(
            [*_ends_with_us(), *command], cwd=self._folder, stderr=subprocess.DEVNULL, **self._identity()
        )
        self._server = server
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or server.poll() is not None:
                raise RuntimeError("PostgreSQL does not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """Close all connections at once, as `pg_ctl restart -m fast` does."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(PATIENCE_SECONDS)
            self._server = None

    async def _leave(self) -> None:
        if self._emptying is not None:
            self._emptying.terminate()
            await asyncio.sleep(0.01)  # its transport closes in the loop's next turn

    def close(self) -> None:
        """For good."""
        self._loop.run_until_complete(self._leave())
        self._loop.close()
        self.stop()

    def create(self) -> str:
        """A new database without tables; its name."""
        name = next(self._names)
        self._sql(f"CREATE DATABASE {name}")
        return name

    @cached_property
    def _as_migrated(self) -> str:
        """Once for all: to find the newest revision, each of them is read and compiled."""
        return AS_MIGRATED.format(head=ScriptDirectory.from_config(alembic_config()).get_current_head())

    def empty(self) -> None:
        """Make the migrated database as it was when it was migrated, whoever is left on it."""
        self._loop.run_until_complete(self._empty())

    async def _empty(self) -> None:
        """TRUNCATE makes new files for each table and each index, which takes ten times as long.

        VACUUM gives the emptied pages back: the next rows are where they would be in a new table.
        """
        connection = await self._connected()
        await connection.execute(ALONE)
        filled = [table for (table,) in await connection.fetch(FILLED)]
        await connection.execute(";".join([*(f"DELETE FROM {table}" for table in filled), self._as_migrated]))
        if filled:
            await connection.execute(f"VACUUM {', '.join(filled)}")

    async def _connected(self) -> Any:
        """One connection, as long as the server lives: a new one for each test takes ten times as long."""
        if self._emptying_on is not self._server:
            await self._leave()
            self._emptying_on = self._server
            self._emptying = await asyncpg.connect(
                host=str(self._folder),
                user="tocsin",
                database=MIGRATED,
                server_settings={"session_replication_role": "replica"},  # in any order of references
            )
        return self._emptying

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://tocsin@/{name}?host={self._folder}"

    @property
    def _account(self) -> str:
        """PostgreSQL does not run as root."""
        try:
            return pwd.getpwnam("postgres").pw_name
        except KeyError:
            return "nobody"

    def _identity(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam(self._account)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            **self._identity(),
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def _answers(self) -> bool:
        asked = [str(self._programs / "pg_isready"), "-q", "-h", str(self._folder)]
        return subprocess.run(asked, cwd=self._folder).returncode == 0

    def _sql(self, statement: str, name: str = "postgres") -> None:
        options = ["-X", "-q", "-h", str(self._folder), "-U", "tocsin", "-d", name]
        self._run("psql", *options, "-c", statement)


def _ends_with_us() -> list[str]:
    """A killed test run leaves no server behind, where the system can do that."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "QUIT"] if found else []


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster for as long as the block runs."""
    programs = binaries()
    # Not under pytest's folder: a Unix socket's path may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="tocsin-pg-", dir=in_memory()) as folder:
        server = Cluster(programs, Path(folder))
        try:
            server.initialise()
            yield server
        finally:
            server.close()
