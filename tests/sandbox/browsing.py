"""A real browser on the real sandbox, and a small bolt app in place of the bot, for the tests of the page."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Running, serve
from tests.programs import missing
from tests.sandbox.acting import PATIENCE_SECONDS

Json = dict[str, Any]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
expect.set_options(timeout=PATIENCE_SECONDS * 1000)
DESKTOP = (1280, 800)
PHONE = (390, 844)


def chromium() -> str:
    """Where Chromium is; without it the test is skipped, or fails where programs are required."""
    return shutil.which("chromium") or missing("Chromium", "chromium")


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """One Chromium."""
    path = chromium()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        await running.close()


class Desk:
    """The sandbox, the bolt app connected to it, and the people's windows.

    `mistakes` collects what a page threw or logged as an error; `desk()` fails the test when there is any.
    """

    def __init__(self, browser: Browser, sandbox: Running) -> None:
        self.browser = browser
        self.sandbox = sandbox
        self.bot = AsyncWebClient(token="xoxb-sandbox", base_url=sandbox.api_url)
        self.app = AsyncApp(client=self.bot)
        self.mistakes: list[str] = []
        self._handler: AsyncSocketModeHandler | None = None

    def as_person(self, name: str) -> AsyncWebClient:
        """A client with which that person looks and acts."""
        return AsyncWebClient(token=f"xoxp-{name}", base_url=self.bot.base_url)

    async def connect(self) -> None:
        """Connect the bolt app by Socket Mode; register its listeners before."""
        self._handler = AsyncSocketModeHandler(self.app, "xapp-sandbox", ping_interval=5)
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped

    async def disconnect(self) -> None:
        """Take the bolt app away, as when the bot is down."""
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]
            self._handler = None

    async def window(
        self, name: str, place: str, *, size: tuple[int, int] = DESKTOP, greeted: bool = True, **more: Any
    ) -> Page:
        """A person's window, open at a place such as "#general"."""
        width, height = size
        context = await self.browser.new_context(viewport={"width": width, "height": height}, **more)
        if greeted:
            await context.add_init_script("localStorage.setItem('tocsin.greeted', 'yes')")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        page.on("console", self._heard)
        await page.goto(f"{self.sandbox.url}?as={name}&in={quote(place)}")
        await page.locator("#sidebar .me").wait_for(state="attached")
        return page

    def _heard(self, line: ConsoleMessage) -> None:
        # How Chromium itself logs what the page handles: a refusal by the sandbox, a sandbox that is gone.
        handled = line.text.startswith(("Failed to load resource", "WebSocket connection to"))
        if line.type == "error" and not handled:
            self.mistakes.append(line.text)

    async def channel_id(self, name: str) -> str:
        """A channel's id by its name."""
        answer = await self.bot.conversations_list(limit=200)
        return next(str(each["id"]) for each in answer["channels"] if each["name"] == name)

    async def person_id(self, name: str) -> str:
        """A person's id by their name."""
        answer = await self.bot.users_list()
        return next(str(each["id"]) for each in answer["members"] if each["name"] == name)


@asynccontextmanager
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    """A workspace of its own."""
    async with serve(port=0) as sandbox:
        made = Desk(browser, sandbox)
        try:
            yield made
        finally:
            for context in list(browser.contexts):
                await context.close()
            await made.disconnect()
    assert made.mistakes == []


def messages(page: Page) -> Locator:
    """The messages of the conversation on screen."""
    return page.locator("#messages").get_by_role("listitem")


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def button(text: str, action_id: str, **more: Any) -> Json:
    """A button element."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def options(*texts: str) -> list[Json]:
    """Options whose value is their text in small letters, without spaces."""
    return [{"text": plain(text), "value": re.sub(r"\W", "", text.lower())} for text in texts]


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    """An input block; its element's action_id is "v"."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "v", **element},
        **more,
    }


def modal(title: str, *blocks: Json, **more: Any) -> Json:
    """A modal with a submit button named "Declare"."""
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Declare"),
        "blocks": list(blocks),
        **more,
    }


class Told:
    """What the app heard, for a test to wait for."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Any] = asyncio.Queue()

    def hear(self, what: Any) -> None:
        """Keep it for whoever waits."""
        self._heard.put_nowait(what)

    async def next(self) -> Any:
        """The next thing heard."""
        return await asyncio.wait_for(self._heard.get(), PATIENCE_SECONDS)
