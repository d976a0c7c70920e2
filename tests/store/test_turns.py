"""Who writes when: one at a time, nobody waits behind a queue, nobody's turn is lost."""

import asyncio

import pytest

from bot.store.turns import Turns


async def _line(turns: Turns, names: str) -> tuple[list[str], list[asyncio.Task[None]]]:
    """People who came in this order while somebody held the turn; capitals come `first`."""
    went: list[str] = []

    async def go(name: str) -> None:
        async with turns.turn(first=name.isupper()):
            went.append(name)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(go(name)) for name in names]
    await asyncio.sleep(0)
    return went, tasks


@pytest.mark.parametrize(
    ("came", "went"),
    [
        ("abc", "abc"),
        ("ABC", "ABC"),
        ("abcA", "Aabc"),
        ("abABC", "AaBbC"),
    ],
)
async def test_those_who_come_first_take_turns_with_the_others(came: str, went: str) -> None:
    turns = Turns()
    async with turns.turn():
        seen, tasks = await _line(turns, came)
        assert seen == []
    await asyncio.gather(*tasks)
    assert "".join(seen) == went


async def test_who_gives_up_while_waiting_loses_nobody_elses_turn() -> None:
    turns = Turns()
    async with turns.turn():
        seen, tasks = await _line(turns, "abc")
        tasks[0].cancel()
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(60), turns.turn():
        assert seen == ["c"]


async def test_who_gives_up_just_when_it_is_given_the_turn_passes_it_on() -> None:
    turns = Turns()
    async with turns.turn():
        seen, tasks = await _line(turns, "ab")
    tasks[0].cancel()  # the turn is its own, and it has not run since
    await asyncio.gather(*tasks, return_exceptions=True)
    assert seen == ["b"]
