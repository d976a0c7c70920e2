"""The migration itself, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from bot.errors import CannotStart
from bot.store.database import WRITER_LOCK


def alembic_config() -> Config:
    """Alembic, pointed at this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(connection: Connection) -> None:
    """Migrate to the newest revision on a plain connection; see `bot.store.migrations.migrate`."""
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
