"""The schema's history leads to the tables, whatever it starts from."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import CannotStart
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.tables import metadata


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_a_migrated_database_is_what_the_tables_say(database: Database) -> None:
    async with database.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database)
    async with database.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_database_of_a_newer_tocsin_is_refused(database: Database) -> None:
    async with database.write() as tx:
        await tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotStart, match="newer"):
        await migrate(database)


async def test_the_database_refuses_an_unacknowledged_page_without_a_next_step(database: Database) -> None:
    row = (
        "INSERT INTO page (policy, title, state, started_at, generation, step, level, round, last_resort, paged, "
        "declined, failed, reached, ever_paged, version, due_at) VALUES "
        "('{}', 'x', 'triggered', '2026-11-21 02:47:00', 0, 0, 0, 1, false, '[]', '[]', '[]', false, '[]', 1, NULL)"
    )
    with pytest.raises(Exception, match="unacknowledged_has_a_next_step"):
        async with database.write() as tx:
            await tx.conn.execute(text(row))
