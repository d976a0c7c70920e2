"""The machine's clock is set, and the machine sleeps, while pages wait: nothing early, late, lost or twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.core.facts import LevelPaged
from bot.core.ids import PageId
from bot.core.page import Page, PageState
from bot.store import pages, timeline
from tests.e2e.world import BotProcess, Hands, alert, eventually
from tests.faults.machine import Machine
from tests.faults.storm import key_of, posts

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LEVEL = timedelta(minutes=3)
"""Of an alert of SEV1; at no faster time, because deadlines in a faster one are kept otherwise."""
LAST = timedelta(seconds=2)
"""What is left of a level when the machine's nap ends; the rest of it passes meanwhile."""
DRIFT = timedelta(milliseconds=200)
"""How far two clocks may be apart that are not compared at the very same moment, here and by the timekeeper."""
LATE = timedelta(seconds=10)
"""Allowed to a machine that is busy with something else; who goes by a wrong clock is away by an hour."""
SERVICES = ("checkout", "search")


@pytest.fixture
def machine(tmp_path: Path, bot: BotProcess) -> Machine:
    """Carries the bot."""
    machine = Machine(tmp_path)
    machine.carries(bot)
    return machine


async def page_now(bot: BotProcess, number: int = 1) -> Page:
    async with bot.opened() as database, database.read() as conn:
        page = await pages.load(conn, PageId(number))
    assert page is not None
    return page


async def due(bot: BotProcess, number: int = 1) -> datetime:
    page = await page_now(bot, number)
    assert page.due_at is not None, page
    return page.due_at


async def steps(bot: BotProcess, number: int = 1) -> list[LevelPaged]:
    async with bot.opened() as database, database.read() as conn:
        facts = await timeline.of_page(conn, PageId(number))
    return [fact for fact in facts if isinstance(fact, LevelPaged)]


async def arrivals(people: Hands, number: int = 1) -> list[datetime]:
    """When each message of the page came to Slack, in our time."""
    taken = [post for post in await posts(people) if key_of(post).startswith(f"page:{number}:")]
    return sorted(datetime.fromtimestamp(post["at"], UTC) for post in taken)


async def paged(people: Hands, count: int, number: int = 1) -> list[datetime]:
    """Until so many messages of the page came to Slack."""

    async def enough() -> list[datetime]:
        seen = await arrivals(people, number)
        return seen if len(seen) >= count else []

    return await eventually(enough, f"{count} messages of P-{number}")


def ours() -> datetime:
    return SystemClock().real()


def in_time(at: datetime, expected: datetime, late: timedelta = LATE) -> None:
    assert expected - DRIFT <= at <= expected + late, f"{(at - expected).total_seconds()} s after its time"


async def takes_it(people: Hands, bot: BotProcess, number: int = 1) -> None:
    """Whoever was paged last acknowledges, as people do: a click that Slack shows as failed is repeated."""
    who = (await page_now(bot, number)).paged[0]

    async def acked() -> bool:
        return bool((await people.click(who, "Acknowledge", "@Tocsin"))["acked"])

    await eventually(acked, "a click is acked")
    page = await page_now(bot, number)
    assert (page.state, page.acknowledged_by) == (PageState.ACKNOWLEDGED, who)
    assert [step.level for step in await steps(bot, number)] == [1, 2]
    assert len(await arrivals(people, number)) == 2


async def test_a_page_waits_as_long_as_it_would_have_when_the_clock_is_set(
    workspace: Hands, bot: BotProcess, machine: Machine
) -> None:
    await bot.start()
    for number, by in enumerate((HOUR, -HOUR, SECOND, -SECOND), start=1):
        problem = {"service": "checkout", "severity": "critical", "dedup_key": str(by)}
        await alert(workspace.http, bot.url, **problem)
        await paged(workspace, 1, number)
        before = await due(bot, number)
        machine.is_set(by)

        async def moved(number: int = number, due_then: datetime = before + by) -> bool:
            return abs(await due(bot, number) - due_then) < DRIFT

        await eventually(moved, f"what waits is moved by {by}")
        machine.sleeps_until(bot, before + by - LAST, ours())
        (_, second) = await paged(workspace, 2, number)
        in_time(second, machine.in_our_time(before + by))
        await takes_it(workspace, bot, number)
        await alert(workspace.http, bot.url, **problem, status="resolved")


@pytest.mark.parametrize("stopped", [False, True], ids=["laptop", "stopped"])
async def test_a_sleep_of_an_hour_is_one_step_of_each_page(
    workspace: Hands, bot: BotProcess, tmp_path: Path, stopped: bool
) -> None:
    machine = Machine(tmp_path, stopped=stopped)
    machine.carries(bot)
    await bot.start()
    for service in SERVICES:
        await alert(workspace.http, bot.url, service=service, severity="critical")
    numbers = range(1, len(SERVICES) + 1)
    for number in numbers:
        await paged(workspace, 1, number)
    missed = [await due(bot, number) for number in numbers]
    awake = ours()
    machine.sleeps(bot, HOUR)
    for number in numbers:
        (_, second) = await paged(workspace, 2, number)
        in_time(second, awake)
    following = [await due(bot, number) for number in numbers]
    machine.sleeps_until(bot, min(following) - LAST, ours())
    for number, was_due, next_due in zip(numbers, missed, following, strict=True):
        (_, _, third) = await paged(workspace, 3, number)
        in_time(third, machine.in_our_time(next_due))
        _, late, in_its_time = await steps(bot, number)
        assert timedelta(milliseconds=late.late_ms) == pytest.approx(late.at - was_due, abs=SECOND / 100)
        assert (late.due_at, next_due) == (late.at + LEVEL, late.due_at)
        assert in_its_time.late_ms < LATE / SECOND * 1000, "the one after it waited as long as it had to"


async def test_a_clock_set_back_while_the_bot_is_down_delays_no_page_by_more_than_that_on_sqlite(
    workspace: Hands, bot: BotProcess, machine: Machine
) -> None:
    began = ours()
    await bot.start()
    await alert(workspace.http, bot.url, service="checkout", severity="critical")
    await paged(workspace, 1)
    before = await due(bot)
    await bot.kill()
    machine.is_set(-HOUR)
    await bot.start()
    await bot.process.says("the machine's clock was set back while Tocsin was down")
    unseen = ours() - began
    moved = await due(bot)
    assert timedelta() <= moved - (before - HOUR) <= unseen, "late by what nobody saw pass, at most"
    machine.sleeps_until(bot, moved - LAST, ours())
    (_, second) = await paged(workspace, 2)
    in_time(second, machine.in_our_time(moved))
    await takes_it(workspace, bot)
