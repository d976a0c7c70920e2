"""A copy whose schema is no longer its own writes nothing more, and says so."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.errors import CannotStart, StoodDown
from bot.store import meta
from bot.store.database import Database
from bot.store.migrations import check_schema, newest_schema, watch
from bot.store.migrations.watch import SchemaWatch

PATIENCE_SECONDS = 10.0


async def change_schema(database: Database, to: str) -> None:
    """What another version's migration leaves behind, by a connection of its own."""
    other = Database(database.url.render_as_string(hide_password=False), database.clock)
    async with other.write() as tx:
        await tx.conn.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": to})
    await other.close()


@pytest.mark.parametrize("schema", ["0000", "9999"])
async def test_a_schema_that_is_too_old_or_too_new_is_not_read(database: Database, schema: str) -> None:
    await check_schema(database)
    await change_schema(database, schema)
    with pytest.raises(CannotStart, match=f"has schema {schema}, and this Tocsin needs {newest_schema()}"):
        await check_schema(database)


@pytest.mark.parametrize("schema", ["0000", "9999"])
async def test_a_schema_changed_under_a_running_copy_ends_its_writes(
    database: Database, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_SECONDS", 0.01)
    told: asyncio.Future[StoodDown] = asyncio.get_running_loop().create_future()
    looking = SchemaWatch(database, told.set_result)
    await looking.start()
    async with database.write() as tx:
        await meta.put(tx.conn, "before", "kept")
    await change_schema(database, schema)
    why = await asyncio.wait_for(told, PATIENCE_SECONDS)
    assert f"to schema {schema}, and this Tocsin needs {newest_schema()}" in str(why)
    with pytest.raises(StoodDown):
        async with database.write() as tx:
            await meta.put(tx.conn, "after", "lost")
    async with database.read() as conn:
        assert (await meta.get(conn, "before"), await meta.get(conn, "after")) == ("kept", None)
    await looking.stop()


async def test_a_write_that_was_under_way_when_it_stood_down_is_rolled_back(database: Database) -> None:
    with pytest.raises(StoodDown, match="gone"):
        async with database.write() as tx:
            await meta.put(tx.conn, "under way", "lost")
            database.stand_down(StoodDown("gone"))
    async with database.read() as conn:
        assert await meta.get(conn, "under way") is None
