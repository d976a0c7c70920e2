"""A sandbox and the bot on it, new for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox.server import Running, serve
from bot.store.database import Database
from tests.conftest import NIGHT
from tests.slack.office import Hands, NightClock, Office


@pytest.fixture
async def sandbox() -> AsyncIterator[Running]:
    async with serve(port=0) as running:
        yield running


@pytest.fixture
async def people(sandbox: Running) -> AsyncIterator[Hands]:
    async with aiohttp.ClientSession() as session:
        yield Hands(sandbox.url, session, unhindered=True)


@pytest.fixture
async def office(sandbox: Running, database: Database) -> AsyncIterator[Office]:
    """The bot, connected; it is 02:47 on a Saturday night, and the clock runs."""
    office = Office(sandbox, database, NightClock(NIGHT))
    await office.start()
    yield office
    await office.stop()
