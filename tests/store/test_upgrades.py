"""A filled database of any earlier schema comes to today's with every row and every reference it had.

A new revision needs nothing here: the rows are made from the schema as each revision left it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, insert, select

from bot.clock import ManualClock
from bot.store.database import Database
from bot.store.migrations import migrate, present_schema
from bot.store.migrations.upgrade import alembic_config
from tests.conftest import NIGHT
from tests.postgres import Cluster
from tests.store.test_migrations import differences

REVISIONS = sorted(
    script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()
)
ROWS = 3
OF_ALEMBIC = "alembic_version"
GIVEN_UP = {"user_group": {"problem"}}
"""Columns that a revision dropped on purpose: nothing was ever written there."""

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
async def unmigrated(
    request: pytest.FixtureRequest, database_url: str, clock: ManualClock
) -> AsyncIterator[Database]:
    """A database without tables."""
    if database_url.startswith("postgresql"):
        postgres: Cluster = request.getfixturevalue("postgres")
        database_url = postgres.url(postgres.create())
    database = Database(database_url, clock)
    yield database
    await database.close()


def bring_to(connection: Connection, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def present(connection: Connection) -> list[Table]:
    """The tables as the database has them, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != OF_ALEMBIC]


def value(column: Column[Any], row: int) -> Any:
    """One that fits the column: its own in each row, and the referred row's where it refers."""
    for reference in column.foreign_keys:
        return value(reference.column, row)
    kind = column.type.python_type
    if kind is datetime:
        instant = NIGHT + timedelta(minutes=row)
        return (
            instant
            if getattr(column.type, "timezone", False)
            else instant.astimezone(UTC).replace(tzinfo=None)
        )
    made: dict[type[Any], Any] = {
        int: row,
        bool: row % 2 == 0,
        bytes: b"%d" % row,
        dict: {"row": row, "marks": ["'", "—", "💥"]},
        float: row / 2,
    }
    return made.get(kind, f"{column.name} {row} '—💥")


def fill(connection: Connection) -> None:
    for table in present(connection):
        rows = [{column.name: value(column, row) for column in table.columns} for row in range(1, ROWS + 1)]
        connection.execute(insert(table), rows)


def rows_of(connection: Connection, columns: dict[str, list[str]]) -> Rows:
    """The named columns of each table."""
    tables = {table.name: table for table in present(connection)}
    return {
        name: [
            dict(row)
            for row in connection.execute(
                select(*(tables[name].c[column] for column in wanted)).order_by(*tables[name].primary_key)
            ).mappings()
        ]
        for name, wanted in columns.items()
    }


def columns_of(connection: Connection) -> dict[str, list[str]]:
    """Without those that were given up."""
    return {
        table.name: [one.name for one in table.columns if one.name not in GIVEN_UP.get(table.name, ())]
        for table in present(connection)
    }


def broken_references(connection: Connection) -> list[Any]:
    """PostgreSQL allows none at any time; SQLite migrates with its look at them off."""
    if connection.dialect.name == "postgresql":
        return []
    return list(connection.exec_driver_sql("PRAGMA foreign_key_check"))


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_filled_database_of_each_schema_upgrades_with_its_rows(
    unmigrated: Database, revision: str
) -> None:
    async with unmigrated.write_engine.connect() as conn:
        await conn.run_sync(bring_to, revision)
        await conn.run_sync(fill)
        had = await conn.run_sync(columns_of)
        before = await conn.run_sync(rows_of, had)
        await conn.commit()
    assert before and all(len(rows) == ROWS for rows in before.values())
    await migrate(unmigrated)
    assert await present_schema(unmigrated) == REVISIONS[-1]
    async with unmigrated.read() as conn:
        assert await conn.run_sync(differences) == []
        assert await conn.run_sync(broken_references) == []
        assert await conn.run_sync(rows_of, had) == before
