"""One sandbox for all stories, a new workspace for each; the bot in the same process or in its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.app import Tocsin
from bot.clock import ManualClock
from bot.settings import Settings
from tests.e2e.world import ROOT, BotProcess, Hands, eventually, free_port, sandbox_process


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def people(http: aiohttp.ClientSession) -> AsyncIterator[Hands]:
    """A fresh workspace and hands in it."""
    process = sandbox_process()
    await process.start()
    url = (await process.says(r"listening on (http://\S+?)/?$")).group(1)
    yield Hands(url, http)
    await process.kill()


@pytest.fixture
async def bot(people: Hands, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Tocsin]:
    """The bot in this process, on a clock to push, with the demo company."""
    settings = Settings(
        SLACK_BOT_TOKEN="xoxb-sandbox",
        SLACK_APP_TOKEN="xapp-sandbox",
        SLACK_API_URL=f"{people.url}/api/",
        TOCSIN_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/tocsin.db",
        TOCSIN_CONFIG=ROOT / "manifests" / "demo",
        TOCSIN_HTTP_PORT=free_port(),
        _env_file=None,
    )
    running = Tocsin(settings, clock)
    await running.start()
    await eventually(lambda: _is_set(running), "the bot is connected")
    yield running
    await running.stop()


async def _is_set(running: Tocsin) -> bool:
    return running.connected.is_set()


@pytest.fixture
async def bot_process(people: Hands, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """The bot as its own process, not started yet."""
    process = BotProcess(people.url, tmp_path)
    yield process
    if process.process.child is not None and process.process.child.returncode is None:
        await process.kill()
