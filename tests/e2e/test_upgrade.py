"""The database of another version: refused at the start, and left when it becomes one while the bot runs."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.app import Tocsin
from bot.store.database import Database
from bot.store.migrations import newest_schema, watch
from tests.e2e.world import BotProcess, Hands, alert, eventually

NOTICED_WITHIN_SECONDS = 60.0
"""What the operator is promised."""


async def upgrade(database: Database) -> None:
    """What a newer version's migration leaves behind."""
    async with database.write() as tx:
        await tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_SECONDS", 0.05)


async def test_a_copy_whose_database_is_upgraded_ends_saying_so_and_does_not_start_again(
    people: Hands, bot_process: BotProcess
) -> None:
    await bot_process.start()
    async with bot_process.opened() as database:
        await upgrade(database)
    assert await bot_process.process.ended(NOTICED_WITHIN_SECONDS) == 1
    assert f"to schema 9999, and this Tocsin needs {newest_schema()}" in bot_process.process.output[-1]
    await bot_process.start(wait=False)
    assert await bot_process.process.ended() == 1
    assert "upgraded by a newer one" in bot_process.process.output[-1]


async def test_a_copy_that_stood_down_claims_nothing_and_calls_nothing_saved(
    looks_often: None, bot: Tocsin, people: Hands
) -> None:
    url = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, url, title="checkout latency", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    await bot.engine.idle()
    await upgrade(bot.db)

    async def stood_down() -> bool:
        return bot.failed.done()

    await eventually(stood_down, "it knows")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "@Tocsin", "saves nothing more")
    body = {"title": "search is down", "service": "search"}
    async with people.http.post(f"{url}/v1/alerts/demo-generic", json=body) as answer:
        assert answer.status == 503
    async with bot.db.read() as conn:
        states = list(await conn.scalars(text("SELECT state FROM page")))
        owed = await conn.scalar(text("SELECT count(*) FROM debt WHERE state = 'sending'"))
    assert (states, owed) == (["triggered"], 0)
    assert "needs" in str(bot.failed.exception())
