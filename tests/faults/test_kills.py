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

PARTS, KILLS, PAGES = 7, 4, 30
"""In parts, each with a workspace and a database of its own."""


async def dies_some_time(bot: BotProcess, storm: Storm) -> None:
    """Die while it starts, or amid what it has to send, after any of its first messages."""
    comes_to_send = storm.dice.random() < 0.7
    await bot.start(wait=comes_to_send)
    storm.fire(PAGES // KILLS)
    if comes_to_send:
        await sends(bot, storm.dice.randint(1, 8))
    await asyncio.sleep(storm.dice.uniform(0.0, 0.5))
    await bot.kill()


@pytest.mark.parametrize("part", range(PARTS))
async def test_kills_at_random_moments_lose_no_page_and_send_none_twice_on_sqlite(
    people: Hands, bot_process: BotProcess, part: int
) -> None:
    storm = Storm(people, [bot_process], random.Random(seed() + part), PAGES)
    for _ in range(KILLS):
        await dies_some_time(bot_process, storm)
    await bot_process.start()
    await ends_well(storm, bot_process)
    is_whole(bot_process)


def is_whole(bot: BotProcess) -> None:
    with sqlite3.connect(bot.database.partition(":///")[2]) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def further(storm: Storm, bot: BotProcess) -> bool:
    """Whether more was sent than the first message of each page."""
    await asyncio.sleep(0.2)
    return sum(note.state == "sent" for note in await notes(bot)) > storm.pages


async def ends_well(storm: Storm, *bots: BotProcess) -> None:
    """With all alive: every alert is accepted, what is owed goes out, the alerts are over, and the promise held."""
    await storm.accepted()
    await sent_up_to_now(bots[0])
    await eventually(lambda: further(storm, bots[0]), "a level passes", PATIENCE_SECONDS)
    await auditors_are_content(storm.people, bots)
    await storm.resolve()
    await over(bots[0])
    await auditors_are_content(storm.people, bots)
    for bot in bots:
        await bot.kill()
    recorded = await promise_held(storm.people, bots[0])
    assert sum(note.state == "sent" for note in recorded) > storm.pages, "levels passed meanwhile"
