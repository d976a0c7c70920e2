"""Slack is away for two minutes, at a start and amid work: nothing is lost, and pages go first when it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KINDS
from tests.e2e.nursery import BornBot, workspace
from tests.e2e.world import BotProcess, Hands, alert, eventually, on_call_now
from tests.faults.storm import ask, auditors_are_content, key_of, notes, posts, promise_held, sent_up_to_now
from tests.postgres import Cluster

AWAY_SECONDS = 120.0
SCALE = 3.0
"""Level 2 of a SEV1 is paged after a minute."""
PAGES_WITHIN_SECONDS = 10.0
"""The longest wait between two tries of a page is five; the rest is for a slow machine."""
POSTS_WITHIN_SECONDS = 100.0
"""The longest wait between two tries of what is no page, a minute, and what a slow machine takes."""
RECONNECTS_WITHIN_SECONDS = 10.0
"""The pause between two tries of a start is five."""
FINDINGS = ("first finding.", "second finding.", "third finding.")

Story = Callable[[Hands, BotProcess], Awaitable[None]]


@pytest.mark.begins_first(145)
async def test_two_minutes_without_slack_lose_no_page_no_event_and_no_state(
    tmp_path: Path, postgres: Cluster
) -> None:
    """Both stories on both databases, at the same time, because all that they do is wait."""
    async with asyncio.TaskGroup() as stories:
        for number, story in enumerate((away_at_the_start, away_amid_work)):
            urls = f"sqlite+aiosqlite:///{tmp_path}/{number}.db", postgres.url(postgres.create())
            for kind, url in zip(KINDS, urls, strict=True):
                stories.create_task(told(story, url), name=f"{story.__name__} on {kind}")


async def told(story: Story, database: str) -> None:
    async with workspace() as people:
        bot = BornBot(people.url, database, SCALE)
        try:
            await story(people, bot)
            await auditors_are_content(people, [bot])
        finally:
            if bot.process.is_alive:
                await bot.kill()


async def away_at_the_start(people: Hands, bot: BotProcess) -> None:
    """Nobody's account is known when the alerts come, and the first of them is over before Slack is there."""
    await people.call("POST", "faults", http=503)
    await bot.start(wait=False)
    await bot.process.says("Slack cannot be reached")
    away_until = time.time() + AWAY_SECONDS
    await fire(people, bot, "disk", "database")
    await fire(people, bot, "latency", "checkout")
    await fire(people, bot, "disk", "database", status="resolved")
    await asyncio.sleep(away_until - time.time())
    await people.call("DELETE", "faults")
    back = time.time()
    await bot.process.says("connected to Slack")
    who = on_call_now("payments-primary")
    await people.sees(who, "@Tocsin", "latency")
    await sent_up_to_now(bot)
    assert [title for title in await titles(people, who) if "disk" in title] == []
    assert (
        max(post["at"] for post in await posts(people)) - back
        < PAGES_WITHIN_SECONDS + RECONNECTS_WITHIN_SECONDS
    )
    await takes(people, bot, who, "checkout")
    assert await states(bot) == [("database", "resolved"), ("checkout", "acknowledged")]
    await sent_up_to_now(bot)
    await promise_held(people, bot)


async def away_amid_work(people: Hands, bot: BotProcess) -> None:
    await bot.start()
    channel = await incident(people)
    await fire(people, bot, "index", "search")
    await people.sees("erin", "@Tocsin", "index")
    await people.call("POST", "faults", method="chat.postMessage", channel=channel, http=500)
    for finding in FINDINGS:
        assert (await people.command("erin", f"/incident update {finding}", channel))["acked"]
    await go_away(people)
    away_until = time.time() + AWAY_SECONDS
    for problem, service in (("disk", "database"), ("latency", "checkout"), ("errors", "checkout")):
        await fire(people, bot, problem, service)
    await fire(people, bot, "index", "search", status="resolved")
    await say_in_watched_channel(people, "Certificate expires")
    assert not (await people.click("erin", "Acknowledge", "@Tocsin"))["acked"], (
        "the clicker sees that it failed"
    )
    assert not (await people.command("erin", "/incident update lost", channel))["acked"]
    await asyncio.sleep(away_until - time.time())
    waiting = [("search", "resolved"), ("database", "triggered"), ("checkout", "triggered")]
    assert await states(bot) == waiting, "what was recorded meanwhile"
    owed = {note.key for note in await notes(bot) if note.state == "owed"}
    await people.call("DELETE", "faults")
    back = time.time()
    await sent_up_to_now(bot)
    paged_at = max(post["at"] for post in await posts(people) if key_of(post) in owed)
    assert paged_at - back < PAGES_WITHIN_SECONDS, "whatever else waits for its next try, up to a minute"
    assert {level for level, *_ in await ask(bot, "SELECT level FROM notification")} >= {1, 2}, (
        "levels passed"
    )
    await everything_is_told(people, bot, channel)
    await takes(people, bot, "erin", "database")
    await takes(people, bot, on_call_now("payments-primary"), "checkout")
    await sent_up_to_now(bot)
    await promise_held(people, bot)


async def everything_is_told(people: Hands, bot: BotProcess, channel: str) -> None:
    """In its order; what nobody heard is read from the history."""

    async def said() -> list[str]:
        calls = await people.calls("chat.postMessage")
        there = [call for call in calls if call["answer"].get("ok") and call["args"]["channel"] == channel]
        return [one for call in there for one in FINDINGS if one in str(call["args"])]

    async def last() -> bool:
        await asyncio.sleep(0.2)
        return FINDINGS[-1] in await said()

    await eventually(last, "the updates are told", POSTS_WITHIN_SECONDS)
    assert await said() == list(FINDINGS), "in order, each once"

    async def heard() -> bool:
        return ("Certificate expires",) in await ask(bot, "SELECT title FROM alert")

    await eventually(heard, "what was said in the watched channel is an alert")


async def takes(people: Hands, bot: BotProcess, who: str, service: str) -> None:
    """Clicks count again; a page that somebody has goes no further."""

    async def acknowledged() -> bool:
        with suppress(AssertionError):
            await people.click(who, "Acknowledge", "@Tocsin")
        return (service, "acknowledged") in await states(bot)

    await eventually(acknowledged, f"{who} has the page of {service}")


async def go_away(people: Hands) -> None:
    await people.call("POST", "faults", http=503)
    await people.call("POST", "faults", socket="close")


async def fire(people: Hands, bot: BotProcess, problem: str, service: str, **more: Any) -> None:
    await alert(
        people.http, bot.url, title=problem, dedup_key=problem, service=service, severity="SEV1", **more
    )


async def incident(people: Hands) -> str:
    """The id of its channel, with erin in it."""

    async def declared() -> bool:
        """A form that takes longer than Slack's three seconds is asked for again, as people do."""
        with suppress(AssertionError):
            await people.command("erin", "/incident declare Search is slow")
            await people.submit("erin", Severity="SEV2", Service="search", Page="Nobody")
            return True
        return False

    await eventually(declared, "the form is sent")
    await people.joined("erin", "inc-1-")
    return str((await people.channel("erin", "inc-1-"))["id"])


async def say_in_watched_channel(people: Hands, words: str) -> None:
    (hook,) = (await people.look("app"))["webhooks"]
    async with people.http.post(hook["url"], json={"text": words}) as answer:
        assert answer.status == 200


async def titles(people: Hands, who: str) -> list[str]:
    return [message["plain"] for message in await people.dm(who)]


async def states(bot: BotProcess) -> list[tuple[str, str]]:
    """Of the pages, in the order in which they began."""
    rows = await ask(bot, "SELECT service, state FROM page ORDER BY id")
    return [(service, state) for service, state in rows]
