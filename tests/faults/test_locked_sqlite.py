"""Another process holds SQLite's write lock: the bot stays responsive, tells the truth, and resumes at once."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from sqlalchemy import make_url

from tests.e2e.world import BotProcess, Hands, Process, alert, eventually, on_call_now
from tests.real_time import at_most

pytestmark = pytest.mark.timing

log = logging.getLogger(__name__)

TITLE = "Error rate above 5 %"
RESUMES_WITHIN_SECONDS = 1.0
ANSWERS_WITHIN_SECONDS = 0.1
HOLD = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
database.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
time.sleep(600)
"""


@asynccontextmanager
async def locked(bot: BotProcess, kind: str) -> AsyncIterator[None]:
    """A process of its own holds the lock; killed at the end, so that the moment of the unlock is known."""
    path = make_url(bot.database).database or ""
    holder = Process([sys.executable, "-c", HOLD, path, kind], {})
    await holder.start()
    await holder.says("held")
    try:
        yield
    finally:
        await holder.kill()


@asynccontextmanager
async def answering(bot: BotProcess) -> AsyncIterator[list[float]]:
    """How long /healthz took, asked twenty times a second."""
    took: list[float] = []

    async def ask() -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                began = time.monotonic()
                async with http.get(f"{bot.url}/healthz") as answer:
                    assert answer.status == 200
                took.append(time.monotonic() - began)
                await asyncio.sleep(0.05)

    asking = asyncio.create_task(ask())
    try:
        yield took
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def send_until_taken(bot: BotProcess, title: str) -> float:
    """As Alertmanager does: again after a 503. Answers when it was accepted."""
    body = {"title": title, "service": "search", "dedup_key": title}
    async with aiohttp.ClientSession() as http:
        while True:
            async with http.post(f"{bot.url}/v1/alerts/demo-generic", json=body) as answer:
                if answer.status == 202:
                    return time.monotonic()
                assert answer.status == 503 and "Retry-After" in answer.headers
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [
        (1, "IMMEDIATE"),
        (1, "EXCLUSIVE"),
        (6, "EXCLUSIVE"),
        pytest.param(30, "IMMEDIATE", marks=pytest.mark.begins_first(31)),
    ],
)
async def test_a_lock_on_sqlite_is_sat_out(
    workspace: Hands, bot: BotProcess, seconds: float, kind: str
) -> None:
    await bot.start()
    await alert(workspace.http, bot.url, title=TITLE, service="checkout")
    who = on_call_now("payments-primary")
    await workspace.sees(who, "@Tocsin", TITLE)
    async with answering(bot) as took:
        async with locked(bot, kind):
            sending = asyncio.create_task(send_until_taken(bot, "Search is slow"))
            clicking = asyncio.create_task(workspace.click(who, "Acknowledge", "@Tocsin"))
            await asyncio.sleep(seconds)
            if seconds > 3:
                clicked = await clicking
                assert clicked["acked"] and clicked["ack_ms"] < 3000
                await workspace.sees(who, "@Tocsin", "Not saved yet")
                (page,) = await bot.show("pages")
                assert page["state"] == "triggered"
        unlocked = time.monotonic()
        await workspace.sees(who, "@Tocsin", "has it")
        acknowledged = time.monotonic() - unlocked
        accepted = await sending - unlocked
    assert (await clicking)["acked"]
    log.warning("locked %g s: 202 %.2f s later, acknowledged %.2f s", seconds, accepted, acknowledged)
    log.warning("/healthz: %.0f ms at most in %d", max(took) * 1000, len(took))
    at_most(RESUMES_WITHIN_SECONDS, accepted, "an alert is taken after the unlock")
    at_most(RESUMES_WITHIN_SECONDS + 1.0, acknowledged, "a click shows after the unlock, over Slack and back")
    at_most(ANSWERS_WITHIN_SECONDS, sorted(took)[-1 - len(took) // 20], "/healthz, nineteen times in twenty")
    if seconds > 3:
        await workspace.sees(who, "@Tocsin", "It is saved now")
    await workspace.sees("erin", "@Tocsin", "Search is slow")
    async with workspace.http.get(f"{bot.url}/readyz") as answer:
        assert answer.status == 200


async def test_readiness_says_that_sqlite_is_locked(workspace: Hands, bot: BotProcess) -> None:
    await bot.start()
    async with locked(bot, "IMMEDIATE"), workspace.http.get(f"{bot.url}/readyz") as answer:
        assert answer.status == 503
        assert "it cannot be written" in (await answer.json())["database"]

    async def ready() -> bool:
        async with workspace.http.get(f"{bot.url}/readyz") as answer:
            return answer.status == 200

    await eventually(ready, "it is ready again")
