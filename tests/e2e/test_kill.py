"""kill -9 at every named point, then a start: every owed page is sent, none twice, no incident is half made."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.crashpoints import POINTS
from tests.e2e.world import BotProcess, Hands, alert, eventually, on_call_now

TITLE = "Error rate above 5 %"
ON_AN_ALERT = (
    "after-journal-commit",
    "after-fold-commit",
    "after-claim",
    "before-send",
    "mid-send",
    "after-send",
    "after-settle",
)
ON_A_DECLARE = ("after-declare-commit", "after-channel-created")


@pytest.fixture
async def people(people: Hands) -> Hands:
    """Whose clicks a killed bot does not ack."""
    people.unhindered = False
    return people


async def posts_of(people: Hands, key: str) -> list[dict[str, Any]]:
    """Messages that arrived at Slack with this debt's key, whatever became of the answer."""
    return [
        entry
        for entry in await people.calls("chat.postMessage")
        if entry["answer"].get("ok") and key in str(entry["args"].get("metadata"))
    ]


async def auditor_is_clean(bot: BotProcess, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{bot.url}/metrics") as answer:
        assert "tocsin_audit_problems 0.0" in await answer.text()


async def nothing_is_owed(bot: BotProcess, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{bot.url}/readyz") as answer:
        assert answer.status == 200, await answer.text()
    await auditor_is_clean(bot, http)


async def start_again(bot: BotProcess) -> None:
    await bot.process.ended()
    bot.extra = {}
    await bot.start()


@pytest.mark.parametrize("point", ON_AN_ALERT)
async def test_a_page_survives_a_kill(people: Hands, bot_process: BotProcess, point: str) -> None:
    bot_process.extra = {"TOCSIN_CRASH_AT": point}
    await bot_process.start()
    with suppress(aiohttp.ClientError):
        await alert(people.http, bot_process.url, title=TITLE, service="checkout")
    await start_again(bot_process)
    who = on_call_now("payments-primary")
    await people.sees(who, "@Tocsin", TITLE)
    await people.click(who, "Acknowledge", "@Tocsin")
    await people.sees(who, "@Tocsin", "has it")
    assert len(await posts_of(people, "page:1:")) == 1, "sent, and not twice"
    await nothing_is_owed(bot_process, people.http)


@pytest.mark.parametrize("point", ON_A_DECLARE)
async def test_an_incident_is_whole_after_a_kill(people: Hands, bot_process: BotProcess, point: str) -> None:
    bot_process.extra = {"TOCSIN_CRASH_AT": point}
    await bot_process.start()
    await people.command("erin", "/incident declare Checkout is down")
    submitted = asyncio.create_task(people.submit("erin", Severity="SEV1", Service="checkout"))
    await start_again(bot_process)
    await submitted
    channel = await people.channel("erin", "inc-1-checkout-is-down")
    card = await people.sees("erin", channel["id"], "Declared")
    await people.sees("carol", "#incidents", "Checkout is down")
    who = on_call_now("payments-primary")
    await people.sees(who, "@Tocsin", "Checkout is down")

    async def whole() -> bool:
        now = await people.channel("erin", "inc-1-")
        return card["ts"] in now["pins"] and {"erin", who} <= set(now["members"]) and "SEV1" in now["topic"]

    await eventually(whole, "topic, pin and members")
    made = [c for c in await people.calls("conversations.create") if c["answer"].get("ok")]
    assert len(made) == 1, "one channel"
    for key in ("page:1:", "incident:1:incident_card", "incident:1:incident_announcement"):
        assert len(await posts_of(people, key)) == 1, key
    await nothing_is_owed(bot_process, people.http)


async def test_an_acknowledgment_survives_a_kill_before_it_is_answered(
    people: Hands, bot_process: BotProcess
) -> None:
    bot_process.extra = {"TOCSIN_CRASH_AT": "after-acknowledge-commit"}
    await bot_process.start()
    await alert(people.http, bot_process.url, title=TITLE, service="checkout")
    who = on_call_now("payments-primary")
    await people.sees(who, "@Tocsin", TITLE)
    click = asyncio.create_task(people.click(who, "Acknowledge", "@Tocsin"))
    await start_again(bot_process)
    await click
    await people.sees(who, "@Tocsin", "has it")
    (page,) = await bot_process.show("pages")
    assert page["state"] == "acknowledged"
    await nothing_is_owed(bot_process, people.http)


async def test_a_due_step_is_taken_once_across_a_kill(people: Hands, bot_process: BotProcess) -> None:
    bot_process.time_scale = 60
    bot_process.extra = {"TOCSIN_CRASH_AT": "after-step-commit:2"}
    await bot_process.start()
    await alert(people.http, bot_process.url, title=TITLE, service="checkout", severity="critical")
    await start_again(bot_process)
    second = on_call_now("payments-secondary")
    await people.sees(second, "@Tocsin", TITLE)
    await people.click(second, "Acknowledge", "@Tocsin")
    facts = await bot_process.show("timeline", "P-1")
    steps = [(fact["data"]["step"], fact["data"]["level"]) for fact in facts if fact["kind"] == "level_paged"]
    assert steps == sorted(set(steps)), "each step once"
    await nothing_is_owed(bot_process, people.http)


def test_every_named_point_is_killed_at() -> None:
    tried = {*ON_AN_ALERT, *ON_A_DECLARE, "after-acknowledge-commit", "after-step-commit"}
    assert tried == set(POINTS)
