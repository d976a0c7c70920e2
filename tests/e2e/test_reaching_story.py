"""A page reaches a person by a webhook that they set up in Slack, also past a kill."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.app import Tocsin
from bot.clock import ManualClock
from tests.e2e.world import BotProcess, Hands, alert, eventually, on_call_now

TITLE = "Error rate above 5 %"


@dataclass
class Hook:
    """Somebody's own address on the network, and what was posted to it."""

    url: str = ""
    posted: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.posted.append(await request.json())
        return web.Response()

    async def got(self, key: str) -> Any:
        """The latest value under this key, once one was posted."""

        async def there() -> Any:
            return next((body[key] for body in reversed(self.posted) if key in body), None)

        return await eventually(there, f"the webhook is told {key}")

    @property
    def pages(self) -> list[dict[str, Any]]:
        return [body for body in self.posted if "page" in body]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    mine = Hook()
    app = web.Application()
    app.router.add_post("/", mine.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    mine.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield mine
    await runner.cleanup()


async def set_up(people: Hands, who: str, hook: Hook) -> None:
    """A webhook of their own, proved by its code, and called a minute after Slack's message."""
    await people.command(who, "/oncall me")
    await people.click(who, "How you are reached…", "#general")
    await people.click(who, "Add a method")
    await people.submit(who, Kind="Webhook", Address=hook.url, Name="mine")
    code = await hook.got("code")

    async def proved() -> bool:
        """The code may arrive before its hash is written down."""
        return "errors" not in await people.submit(who, Code=code)

    await eventually(proved, "the code is taken")
    await people.click(who, "Change…")
    end = hook.url.rstrip("/")[-3:] + "/"
    await people.submit(who, **{f"Webhook …{end} (mine)": "After 1 min"})


def url_of(bot: Tocsin) -> str:
    return f"http://127.0.0.1:{bot.settings.http_port}"


async def test_a_page_comes_by_the_next_method_with_a_link_that_answers_it(
    bot: Tocsin, people: Hands, clock: ManualClock, hook: Hook
) -> None:
    await set_up(people, "ana", hook)
    await alert(people.http, url_of(bot), title=TITLE, service="checkout", severity="warning")
    await people.sees("ana", "@Tocsin", TITLE)
    assert hook.pages == []
    clock.forward(minutes=1)
    link = await hook.got("link")
    assert [page["title"] for page in hook.pages] == [TITLE]
    async with people.http.get(link) as shown:
        body = await shown.text()
    assert TITLE in body
    (proof,) = set(re.findall(r'name="proof" value="([^"]+)"', body))
    async with people.http.post(link, data={"answer": "acknowledge", "proof": proof}) as answered:
        assert "You have it" in await answered.text()
    await people.sees("ana", "@Tocsin", "has it")


async def test_what_is_planned_survives_a_kill_and_comes_once(
    people: Hands, bot_process: BotProcess, hook: Hook
) -> None:
    who = on_call_now("payments-primary")
    await bot_process.start()
    await set_up(people, who, hook)
    await alert(people.http, bot_process.url, title=TITLE, service="checkout", severity="warning")
    await people.sees(who, "@Tocsin", TITLE)
    assert hook.pages == [], "its time is not there yet"
    await bot_process.kill()
    bot_process.time_scale = 20  # its minute is over soon, the next level's five are not
    await bot_process.start()
    await hook.got("page")
    await people.click(who, "Acknowledge", "@Tocsin")
    await people.sees(who, "@Tocsin", "has it")
    assert len(hook.pages) == 1
