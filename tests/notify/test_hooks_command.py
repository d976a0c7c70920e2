"""`tocsin hooks` as an operator runs it, and what a change in the files does to a webhook that was left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.clock import ManualClock
from bot.config.load import load
from bot.core.catalogue import Catalogue, Webhook
from bot.core.ids import WebhookId
from bot.queries import provider_health as queries
from bot.store.database import Database
from bot.usecases import provider_health
from bot.usecases.configuration import apply_configuration
from tests.conftest import NIGHT

COMPANY = """
people: [{id: ana}]
policies: [{id: standard, levels: [{targets: [{user: ana}]}]}]
webhooks: [{id: board, url: "https://hooks.example.com/old"}]
settings: {default_policy: standard, fallback_channel: "#incidents"}
"""
BOARD = Webhook(WebhookId("board"), "board", "https://hooks.example.com/old")


def tocsin(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


async def disable(database: Database, clock: ManualClock) -> None:
    for _ in range(10):
        await provider_health.webhook_failed(database, Catalogue(), BOARD, "it answered 500")
        clock.forward(minutes=10)


def on(url: str, work: Callable[[Database, ManualClock], Awaitable[None]]) -> None:
    async def run() -> None:
        clock = ManualClock(NIGHT)
        database = Database(url, clock)
        await work(database, clock)
        await database.close()

    asyncio.run(run())


def test_a_webhook_that_was_left_alone_is_listed_and_enabled(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    assert tocsin("migrate").exit_code == 0
    assert tocsin("hooks", "list").output == "All providers and webhooks answer.\n"
    on(database_url, disable)
    assert (
        tocsin("hooks", "list").output
        == "webhook:board disabled since 2026-11-21 02:47 UTC: it answered 500\n"
    )
    assert tocsin("hooks", "enable", "board").output == "The webhook board is called again.\n"
    again = tocsin("hooks", "enable", "board")
    assert (again.exit_code, "Nothing was changed" in again.output) == (1, True)
    assert "All providers" in tocsin("hooks", "list").output


async def test_a_change_of_its_entry_in_the_files_enables_it(
    tmp_path: Path, database: Database, clock: ManualClock
) -> None:
    file = tmp_path / "company.yml"
    file.write_text(COMPANY)
    await apply_configuration(database, load(file))
    await disable(database, clock)
    file.write_text(COMPANY + "teams: [{id: payments}]\n")
    await apply_configuration(database, load(file))
    async with database.read() as conn:
        assert await queries.problem(conn) == (
            "not in use at the moment: webhook board (disabled): it answered 500"
        )
    file.write_text(COMPANY.replace("/old", "/new"))
    await apply_configuration(database, load(file))
    async with database.read() as conn:
        assert await queries.problem(conn) == ""
