"""One sandbox for all stories, a new workspace for each; the bot in the same process or in its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.app import Tocsin
from bot.clock import Clock
from bot.settings import Settings
from tests.e2e.nursery import BornBot, sandbox_process
from tests.e2e.world import ROOT, BotProcess, Hands, eventually, free_port
from tests.notify import twilio_peer
from tests.notify.twilio_peer import TOKEN, TwilioPeer


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
    yield Hands(url, http, unhindered=True)
    await process.kill()


@pytest.fixture
def config() -> Path:
    """The demo company's."""
    return ROOT / "manifests" / "demo"


@pytest.fixture
async def bot(people: Hands, database_url: str, clock: Clock, config: Path) -> AsyncIterator[Tocsin]:
    """The bot in this process, on a clock to push."""
    port = free_port()
    settings = Settings(
        slack_bot_token=SecretStr("xoxb-sandbox"),
        slack_app_token=SecretStr("xapp-sandbox"),
        slack_api_url=f"{people.url}/api/",
        database_url=database_url,
        config=config,
        http_port=port,
        public_url=f"http://127.0.0.1:{port}",
    )
    running = Tocsin(settings, clock)
    await running.start()
    await eventually(lambda: _is_set(running), "the bot is connected")
    yield running
    await running.stop()


async def _is_set(running: Tocsin) -> bool:
    return running.connected.is_set()


@pytest.fixture
async def bot_process(people: Hands, database_url: str) -> AsyncIterator[BotProcess]:
    """The bot as its own process, not started yet."""
    process = BornBot(people.url, database_url)
    yield process
    if process.process.is_alive:
        await process.kill()


@pytest.fixture
async def twilio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwilioPeer]:
    """Twilio on this machine; the bot finds its token in the environment."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    async with twilio_peer.twilio_peer() as peer:
        yield peer
