"""A sandbox on a free port, and a bot of this test that connects to it as it would to Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.manifest import Manifest, Shortcut
from bot.sandbox.server import Running, serve
from tests.sandbox.acting import Bot, Hands, Json, until

MANIFEST = Manifest(
    shortcuts=(
        Shortcut("Declare an incident", "global", "declare_incident"),
        Shortcut("Add to timeline", "message", "add_to_timeline"),
    )
)


@pytest.fixture
async def sandbox() -> AsyncIterator[Running]:
    async with serve(manifest=MANIFEST) as running:
        yield running


@pytest.fixture
async def hands(sandbox: Running) -> AsyncIterator[Hands]:
    async with aiohttp.ClientSession() as http:
        yield Hands(sandbox.url, http)


@pytest.fixture
def client(sandbox: Running) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-sandbox", base_url=sandbox.api_url)


@pytest.fixture
def as_person(sandbox: Running) -> Callable[[str], AsyncWebClient]:
    return lambda name: AsyncWebClient(token=f"xoxp-{name}", base_url=sandbox.api_url)


@pytest.fixture
async def connect(sandbox: Running) -> AsyncIterator[Callable[[], Awaitable[Bot]]]:
    """Connects one more bolt app each time it is called."""
    bots: list[Bot] = []

    async def one_more() -> Bot:
        app = AsyncApp(client=AsyncWebClient(token="xoxb-sandbox", base_url=sandbox.api_url))
        bot = Bot(app, AsyncSocketModeHandler(app, "xapp-sandbox", ping_interval=1))

        async def hear(body: Json, next: Callable[[], Awaitable[None]]) -> None:
            if body.get("type") == "event_callback":
                bot.events.append(body["event"])
            await next()

        app.middleware(hear)
        before = sandbox.sandbox.sockets.count
        await bot.handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
        await until(lambda: sandbox.sandbox.sockets.count > before)
        bots.append(bot)
        return bot

    yield one_more
    for bot in bots:
        await bot.handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped


@pytest.fixture
async def bot(connect: Callable[[], Awaitable[Bot]]) -> Bot:
    return await connect()
