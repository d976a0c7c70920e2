"""Two copies of the bot on one PostgreSQL: each page goes out once, and either may die; the server may be restarted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest

from tests.e2e.nursery import BornBot
from tests.e2e.world import BotProcess, Hands, alert, eventually, on_call_now
from tests.postgres import Cluster

SERVICES = ("checkout", "billing", "search", "payments-api")


async def pages_at_slack(people: Hands) -> list[str]:
    """The keys of the direct messages that arrived, each as often as it arrived."""
    posts = await people.calls("chat.postMessage")
    keys = [str(post["args"].get("metadata")) for post in posts if post["answer"].get("ok")]
    return sorted(key for key in keys if ":notification:" in key)


@pytest.fixture
async def copies(people: Hands, postgres_url: str) -> AsyncIterator[list[BotProcess]]:
    """Two copies; the first is up before the second comes."""
    both: list[BotProcess] = [BornBot(people.url, postgres_url) for _ in range(2)]
    yield both
    for copy in both:
        if copy.process.is_alive:
            await copy.kill()


async def fire(people: Hands, copies: list[BotProcess], title: str) -> None:
    """Alerts of four services, each told to both copies at once."""
    await asyncio.gather(
        *(
            alert(people.http, copy.url, title=title, service=service, dedup_key=f"{service} {title}")
            for service in SERVICES
            for copy in copies
        )
    )


async def all_pages(copy: BotProcess, people: Hands) -> list[str]:
    """The pages' messages, once nothing is owed any more."""

    async def settled() -> bool:
        pages = await copy.show("pages")
        return len(pages) == len(SERVICES) and len(await pages_at_slack(people)) >= len(SERVICES)

    await eventually(settled, "every page is out")
    return await pages_at_slack(people)


async def test_an_alert_told_to_both_copies_pages_once(people: Hands, copies: list[BotProcess]) -> None:
    for copy in copies:
        await copy.start()
    await fire(people, copies, "Error rate above 5 %")
    sent = await all_pages(copies[1], people)
    assert len(sent) == len(set(sent)) == len(SERVICES)
    who = on_call_now("payments-primary")
    await people.click(who, "Acknowledge", "@Tocsin")
    await people.sees(who, "@Tocsin", "has it")
    assert not any("another bot" in line for copy in copies for line in copy.process.output)


@pytest.mark.parametrize("first_dies", [True, False])
async def test_what_a_dead_copy_leaves_the_other_finishes(
    people: Hands, copies: list[BotProcess], first_dies: bool
) -> None:
    dying, living = copies if first_dies else reversed(copies)
    dying.extra = {"TOCSIN_CRASH_AT": "after-journal-commit"}
    for copy in copies:
        await copy.start()
    with suppress(aiohttp.ClientError):
        await alert(people.http, dying.url, title="checkout latency", service="checkout")
    await dying.process.ended()
    who = on_call_now("payments-primary")
    await people.sees(who, "@Tocsin", "checkout latency")
    await people.click(who, "Acknowledge", "@Tocsin")
    await people.sees(who, "@Tocsin", "has it")
    sent = await pages_at_slack(people)
    assert len(sent) == len(set(sent)) == 1
    (page,) = await living.show("pages")
    assert page["state"] == "acknowledged"


async def test_a_restart_of_postgresql_is_waited_for(
    people: Hands, copies: list[BotProcess], postgres: Cluster
) -> None:
    bot = copies[0]
    await bot.start()
    postgres.stop()
    waiting = asyncio.create_task(alert(people.http, bot.url, title="checkout latency", service="checkout"))

    async def not_ready() -> bool:
        async with people.http.get(f"{bot.url}/readyz") as answer:
            return answer.status == 503

    await eventually(not_ready, "it says that the database is away")
    postgres.start()
    await waiting
    await people.sees(on_call_now("payments-primary"), "@Tocsin", "checkout latency")
    assert len(await pages_at_slack(people)) == 1
