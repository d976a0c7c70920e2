"""Copies on one PostgreSQL have sockets of their own, which are not counted as another bot's."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ManualClock
from bot.sandbox.server import Running
from bot.slack import counting
from bot.store.database import Database
from bot.store.wakeups import WakeUps
from tests.conftest import NIGHT
from tests.slack.office import Hands, NightClock, Office


async def strangers(sandbox: Running, stack: AsyncExitStack, count: int) -> None:
    for _ in range(count):
        web = AsyncWebClient(token="xoxb-sandbox", base_url=sandbox.api_url)
        client = SocketModeClient(app_token="xapp-sandbox", web_client=web)
        stack.push_async_callback(client.close)
        await client.connect()  # type: ignore[no-untyped-call]


async def test_sockets_beyond_those_of_all_copies_are_another_bots(
    sandbox: Running, postgres_url: str, people: Hands, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNT_EVERY_SECONDS", 0.3)
    monkeypatch.setattr(counting, "COUNT_AGAIN_AFTER_SECONDS", 0.1)
    database = Database(postgres_url, clock)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for _ in range(2):
            copy = WakeUps(database.write_engine, lambda _duty, _at: None, "a copy")
            await copy.start()
            stack.push_async_callback(copy.stop)
            await asyncio.wait_for(copy.listening.wait(), 10)
        await strangers(sandbox, stack, 3)
        office = Office(sandbox, database, NightClock(NIGHT))
        await office.start()
        stack.push_async_callback(office.stop)
        told = await people.sees("frank", "Another bot with the same app token")
    assert "5 connections, 4 are mine" in told["plain"]
