"""The schema's history.

To change the schema: edit the tables, run `.venv/bin/python scripts/new_migration.py "what"`, read what it wrote under
`versions/`, and test it on a filled database. SQLite migrates with foreign keys off, then checks them: an Alembic batch
on a parent table with them on deletes all children.

Alembic itself is imported by `upgrade` alone, when there is something to migrate: it is a twentieth of a start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import CannotStart
from bot.store.database import Database
from bot.store.refusals import CONNECTING

VERSIONS = Path(__file__).parent / "versions"
_PRESENT = table("alembic_version", column("version_num"))


async def migrate(database: Database) -> None:
    """Bring the schema to this program's revision; does nothing when it is there.

    Raises `CannotStart` when the database cannot be reached or belongs to a newer Tocsin.
    """
    async with _reached(database) as conn:
        if await conn.run_sync(_present) == newest_schema():
            return
        from bot.store.migrations.upgrade import upgrade

        await conn.rollback()  # what was read began a transaction, in which SQLite changes no pragma
        raw = await conn.get_raw_connection()
        if database.is_sqlite:
            raw.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        await conn.run_sync(upgrade)
        await conn.commit()
        if database.is_sqlite:
            raw.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
    if not database.is_sqlite:
        await database.write_engine.dispose()  # what connections have prepared is of the former schema


@asynccontextmanager
async def _reached(database: Database) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as stack:
        try:
            conn = await stack.enter_async_context(database.write_engine.connect())
        except CONNECTING as error:
            where = database.url.render_as_string(hide_password=True)
            raise CannotStart(f"TOCSIN_DATABASE_URL: {where} cannot be reached: {error}") from error
        yield conn


async def check_schema(database: Database) -> None:
    """Raises `CannotStart` when the database is missing or not of this program's revision; changes nothing."""
    if database.is_sqlite and not _exists(database):
        raise CannotStart(
            f"There is no database at {database.url.database} yet. Start Tocsin first, or set TOCSIN_DATABASE_URL."
        )
    present, head = await present_schema(database), newest_schema()
    if present != head:
        raise CannotStart(
            f"The database has schema {present or 'none'}, and this Tocsin needs {head}. "
            "Run `tocsin migrate` with the newer of the two versions."
        )


async def present_schema(database: Database) -> str | None:
    """The revision that the database has; None without tables. Raises as `Database.read` does."""
    async with database.read() as conn:
        return await conn.run_sync(_present)


def newest_schema() -> str:
    """This program's own revision: revisions form one line, and each file's name begins with its own."""
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))


def _present(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_PRESENT.name):
        return None
    found: str | None = connection.scalar(select(_PRESENT.c.version_num))
    return found


def _exists(database: Database) -> bool:
    return Path(database.url.database or "").exists()
