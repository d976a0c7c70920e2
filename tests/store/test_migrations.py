"""The schema's history leads to the tables, whatever it starts from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.core.debts import DebtKind, Deliver, Priority
from bot.errors import CannotStart
from bot.store import debts, journal
from bot.store.database import Database
from bot.store.journal import NewEntry
from bot.store.migrations import migrate, newest_schema
from bot.store.migrations.upgrade import alembic_config
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


def test_the_newest_schema_is_the_end_of_the_history() -> None:
    assert newest_schema() == ScriptDirectory.from_config(alembic_config()).get_current_head()


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


async def test_row_numbers_of_alerts_and_debts_do_not_end_at_two_billion(database: Database) -> None:
    last = 2**31 - 1
    debt = Deliver("d1", DebtKind.NOTICE, "lane", {}, Priority.NOTICE)
    async with database.write() as tx:
        await journal.append(tx.conn, [NewEntry("demo-generic", "http", b"{}")], tx.now)
        tx.owe(debt)
    async with database.write() as tx:
        for table in ("journal", "debt"):
            await tx.conn.execute(text(f"UPDATE {table} SET id = {last}"))
            if not database.is_sqlite:
                await tx.conn.execute(text(f"SELECT setval('{table}_id_seq', {last})"))
    async with database.write() as tx:
        await journal.append(tx.conn, [NewEntry("demo-generic", "http", b"{}")], tx.now)
        tx.owe(replace(debt, key="d2", lane="another"))
    async with database.write() as tx:
        assert [entry.id for entry in await journal.pending(tx.conn, 9)] == [last, last + 1]
        assert {one.id for one in (await debts.claim(tx.conn, "me", tx.real, 9)).debts} == {last, last + 1}
        await journal.folded(tx.conn, [last, last + 1], tx.now)
