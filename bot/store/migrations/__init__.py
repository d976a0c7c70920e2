"""The schema's history.

To change the schema: edit the tables, run `.venv/bin/python scripts/new_migration.py "what"`, read what it wrote under
`versions/`, and test it on a filled database. SQLite migrates with foreign keys off, then checks them: an Alembic batch
on a parent table with them on deletes all children.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import CannotStart
from bot.store.database import WRITER_LOCK, Database
from bot.store.refusals import CONNECTING


def alembic_config() -> Config:
    """Alembic, pointed at this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


async def migrate(database: Database) -> None:
    """Bring the schema to this program's revision; does nothing when it is there.

    Raises `CannotStart` when the database cannot be reached or belongs to a newer Tocsin.
    """
    async with _reached(database) as conn:
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
        return await conn.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def newest_schema() -> str | None:
    """This program's own revision."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def _exists(database: Database) -> bool:
    return Path(database.url.database or "").exists()


def upgrade(connection: Connection) -> None:
    """Migrate to the newest revision on a plain connection; see `migrate`."""
    if connection.dialect.name == "postgresql":  # copies that start together migrate one after the other
        connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
    config = alembic_config()
    scripts = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    head = scripts.get_current_head()
    if present == head:
        return
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise CannotStart(
            f"The database has schema {present}, which this Tocsin does not know: it was upgraded by a newer one. "
            "Start the newer version, or restore the backup from before the upgrade."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise CannotStart(f"The migration would break {len(broken)} references; nothing was changed.")
