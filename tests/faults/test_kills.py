"""kill -9 at random moments while pages escalate: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import random
import sqlite3

import pytest

from tests.e2e.world import BotProcess, Hands, eventually
from tests.faults.seeds import seed
from tests.faults.storm import (
    PATIENCE_SECONDS,
    Storm,
    auditors_are_content,
    notes,
    over,
    promise_held,
    sends,
    sent_up_to_now,
)

PARTS, KILLS, PAGES = 5, 5, 40
"""25 kills and 200 pages in all, in parts, each with a workspace and a database of its own."""


async def moment(storm: Storm, bot: BotProcess) -> None:
    """Any one while a bot has something to send, or while one starts."""
    storm.fire(PAGES // KILLS)
    if storm.dice.random() < 0.7:
        await sends(bot, storm.dice.randint(1, 8))
        await asyncio.sleep(storm.dice.uniform(0.0, 0.5))
    else:
        await asyncio.sleep(storm.dice.uniform(0.0, 2.0))


@pytest.mark.parametrize("part", range(PARTS))
async def test_kills_at_random_moments_lose_no_page_and_send_none_twice_on_sqlite(
    people: Hands, bot_process: BotProcess, part: int
) -> None:
    bot = bot_process
    storm = Storm(people, [bot], random.Random(seed() + part), PAGES)
    await bot.start()
    for _ in range(KILLS):
        await moment(storm, bot)
        await bot.kill()
        await bot.start(wait=False)
    await ends_well(storm, bot)
    with sqlite3.connect(bot.database.partition(":///")[2]) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("part", range(PARTS))
async def test_kills_of_either_copy_lose_no_page_and_send_none_twice_on_postgresql(
    people: Hands, copies: tuple[BotProcess, BotProcess], part: int
) -> None:
    storm = Storm(people, copies, random.Random(seed() + part), PAGES)
    await asyncio.gather(*(copy.start() for copy in copies))
    for _ in range(KILLS):
        await moment(storm, copies[0])
        dead = [storm.dice.choice(copies)] if storm.dice.random() < 0.8 else copies
        await asyncio.gather(*(copy.kill() for copy in dead))
        await asyncio.gather(*(copy.start(wait=False) for copy in dead))
    await ends_well(storm, *copies)


async def further(storm: Storm, bot: BotProcess) -> bool:
    """Whether more was sent than the first message of each page."""
    await asyncio.sleep(0.2)
    return sum(note.state == "sent" for note in await notes(bot)) > storm.pages


async def ends_well(storm: Storm, *bots: BotProcess) -> None:
    """With all alive: every alert is accepted, what is owed goes out, the alerts are over, and the promise held."""
    await asyncio.gather(*(bot.process.says("connected to Slack") for bot in bots))
    await storm.accepted()
    await sent_up_to_now(bots[0])
    await eventually(lambda: further(storm, bots[0]), "a level passes", PATIENCE_SECONDS)
    await auditors_are_content(storm.people, bots)
    await storm.resolve()
    await over(bots[0])
    await auditors_are_content(storm.people, bots)
    await asyncio.gather(*(bot.kill() for bot in bots))
    recorded = await promise_held(storm.people, bots[0])
    assert len({note.page for note in recorded}) == storm.pages, "every page told somebody"
    assert sum(note.state == "sent" for note in recorded) > storm.pages, "levels passed meanwhile"
