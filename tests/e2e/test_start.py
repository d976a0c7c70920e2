"""What is wrong at the start is one sentence and exit code 1."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.store import meta
from tests.e2e.nursery import BornBot
from tests.e2e.world import ROOT, BotProcess, Hands


async def refused(bot: BotProcess) -> str:
    """Start it and answer its last line; it must end by itself with exit code 1."""
    await bot.start(wait=False)
    assert await bot.process.ended() == 1, bot.process.output
    assert "Traceback" not in "\n".join(bot.process.output)
    return bot.process.output[-1]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "must begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "https://slack.com/api/"}, "sandbox's tokens"),
        ({"TOCSIN_HEARTBEAT_URL": "hc-ping.com/1"}, "TOCSIN_HEARTBEAT_URL must begin with https://"),
        ({"TOCSIN_SECRET_KEY": "guess"}, "TOCSIN_SECRET_KEY can be guessed"),
        (
            {
                "SLACK_API_URL": "https://slack.com/api/",
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_APP_TOKEN": "xapp-1",
            },
            "demo",
        ),
        (
            {
                "SLACK_API_URL": "https://slack.com/api/",
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_APP_TOKEN": "xapp-1",
                "TOCSIN_TIME_SCALE": "60",
            },
            "TOCSIN_TIME_SCALE",
        ),
        ({"TOCSIN_HTTP_PORT": "not-a-port"}, "TOCSIN_HTTP_PORT"),
        ({"TOCSIN_COMMAND_INCIDENT": "Incident!"}, "TOCSIN_COMMAND_INCIDENT"),
        (
            {"TOCSIN_COMMAND_INCIDENT": "/inc", "TOCSIN_COMMAND_ONCALL": "/inc"},
            "TOCSIN_COMMAND_INCIDENT and TOCSIN_COMMAND_ONCALL are the same",
        ),
        ({"TOCSIN_DATABASE_URL": "mysql://x/y"}, "TOCSIN_DATABASE_URL"),
        ({"TOCSIN_DATABASE_URL": "sqlite:///x.db"}, "TOCSIN_DATABASE_URL must begin"),
        ({"TOCSIN_DATABASE_URL": "nonsense"}, "TOCSIN_DATABASE_URL is not"),
        ({"TOCSIN_CONFIG": "no/such/folder"}, "no/such/folder"),
    ],
)
async def test_a_wrong_setting_is_one_sentence(
    people: Hands, tmp_path: Path, environment: dict[str, str], says: str
) -> None:
    bot = BornBot(people.url, f"sqlite+aiosqlite:///{tmp_path}/tocsin.db", extra=environment)
    assert says in await refused(bot)


async def test_a_taken_port_is_one_sentence(people: Hands, bot_process: BotProcess) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", bot_process.port))
        other.listen()
        assert f"Port {bot_process.port}" in await refused(bot_process)


async def test_a_second_copy_on_one_sqlite_database_is_refused(
    people: Hands, bot_process: BotProcess
) -> None:
    await bot_process.start()
    second = BotProcess(people.url, bot_process.database)
    assert "Another Tocsin is running" in await refused(second)


async def test_another_workspaces_database_is_refused(people: Hands, bot_process: BotProcess) -> None:
    await bot_process.start()
    await bot_process.kill()
    async with bot_process.opened() as database, database.write() as tx:
        claimed = await meta.get(tx.conn, "workspace")
        await meta.put(tx.conn, "workspace", claimed | {"team_id": "T9"})
    assert "belongs to the Slack workspace" in await refused(bot_process)


async def test_a_missing_scope_is_named(people: Hands, bot_process: BotProcess) -> None:
    fault = {"method": "auth.test", "error": "missing_scope"}
    await people.call("POST", "faults", **fault)
    assert "scope" in await refused(bot_process)


async def test_a_mistake_in_changed_files_keeps_the_last_good_configuration(
    people: Hands, bot_process: BotProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    for path in (ROOT / "manifests" / "demo").glob("*.y*ml"):
        (folder / path.name).write_text(path.read_text())
    bot_process.config = str(folder)
    await bot_process.start()
    await bot_process.kill()
    (folder / "mistake.yml").write_text("services:\n  - id: x\n    policy: nowhere\n")
    await bot_process.start()
    async with people.http.get(f"{bot_process.url}/readyz") as answer:
        detail = await answer.text()
    assert "mistake.yml:3" in detail
    await people.sees("frank", "@Tocsin", "mistake.yml:3")


async def test_show_without_a_sqlite_database_is_one_sentence(people: Hands, bot_process: BotProcess) -> None:
    said = await bot_process.refused("show", "pages")
    assert said.startswith("There is no database at"), said


async def test_show_reads_while_the_bot_runs(people: Hands, bot_process: BotProcess) -> None:
    await bot_process.start()
    assert await bot_process.show("pages") == []
    assert "There is no P-9" in await bot_process.refused("show", "timeline", "P-9")
