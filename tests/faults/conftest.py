"""A bot on a sandbox, in this process or in its own, and the bench company: what the stories of faults are told on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bench.world import COMPANY, sandbox
from bot.sandbox.server import Running, serve
from bot.store.database import Database
from tests.conftest import NIGHT
from tests.e2e import nursery, world
from tests.e2e.nursery import BornBot
from tests.faults.storm import LEVEL_SECONDS
from tests.slack.office import Hands, NightClock, Office

SCALE = 15 * 60 / LEVEL_SECONDS


@pytest.fixture
async def slack() -> AsyncIterator[Running]:
    """A fresh workspace in this process."""
    async with serve(port=0) as running:
        yield running


@pytest.fixture
async def hands(slack: Running) -> AsyncIterator[Hands]:
    async with aiohttp.ClientSession() as session:
        yield Hands(slack.url, session)


@pytest.fixture
async def office(slack: Running, database: Database) -> AsyncIterator[Office]:
    """The bot on that workspace, connected; it is 02:47 on a Saturday night, and the clock runs."""
    office = Office(slack, database, NightClock(NIGHT))
    await office.start()
    yield office
    await office.stop()


@pytest.fixture
async def workspace() -> AsyncIterator[world.Hands]:
    """A fresh workspace in a process of its own."""
    async with nursery.workspace() as hands:
        yield hands


@pytest.fixture
async def bot(workspace: world.Hands, database_url: str) -> AsyncIterator[world.BotProcess]:
    """The bot as a process on that workspace, with the demo company; not started yet."""
    process = BornBot(workspace.url, database_url)
    yield process
    await _end(process)


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[world.Hands]:
    """A fresh workspace of the bench company and hands in it."""
    async with sandbox(tmp_path) as url, aiohttp.ClientSession() as http:
        yield world.Hands(url, http)


@pytest.fixture
async def bot_process(people: world.Hands, tmp_path: Path) -> AsyncIterator[world.BotProcess]:
    """The bot with the bench company on SQLite, its time running; not started yet."""
    bot = BornBot(people.url, f"sqlite+aiosqlite:///{tmp_path}/tocsin.db", SCALE, str(COMPANY))
    yield bot
    await _end(bot)


@pytest.fixture
async def copies(
    people: world.Hands, postgres_url: str
) -> AsyncIterator[tuple[world.BotProcess, world.BotProcess]]:
    """Two of it on one PostgreSQL; not started yet."""
    one, other = (BornBot(people.url, postgres_url, SCALE, str(COMPANY)) for _ in range(2))
    yield one, other
    await _end(one)
    await _end(other)


async def _end(bot: world.BotProcess) -> None:
    if bot.process.is_alive:
        await bot.kill()
