"""Slack is away at the start, or for a while: nothing is lost, and pages go first when it is back."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.e2e.world import BotProcess, Hands, alert, eventually, on_call_now

TITLE = "Error rate above 5 %"
AWAY_SECONDS = 20.0
"""Longer than a page waits for its next try, and than all sockets take to notice."""
PAGES_WITHIN_SECONDS = 6.0
"""The longest wait between two tries of a page, and a second for the way."""


async def go_away(workspace: Hands) -> None:
    await workspace.call("POST", "faults", http=503)
    await workspace.call("POST", "faults", socket="close")


async def posts(workspace: Hands, words: str) -> list[dict[str, Any]]:
    """Messages that arrived."""
    calls = await workspace.calls("chat.postMessage")
    return [call for call in calls if call["answer"].get("ok") and words in str(call["args"])]


async def test_a_first_start_without_slack_pages_when_slack_is_there(
    workspace: Hands, bot: BotProcess
) -> None:
    """Nobody is known yet when the alert comes."""
    await workspace.call("POST", "faults", http=503)
    await bot.start(wait=False)
    await bot.process.says("Slack cannot be reached")
    await alert(workspace.http, bot.url, title=TITLE, service="checkout")
    await bot.process.says("Slack cannot be reached yet")
    await workspace.call("DELETE", "faults")
    await bot.process.says("connected to Slack")
    who = on_call_now("payments-primary")
    await workspace.sees(who, "@Tocsin", TITLE)
    assert sum(TITLE in message["plain"] for message in await workspace.dm(who)) == 1


async def test_after_a_while_without_slack_pages_go_first_and_nothing_is_lost(
    workspace: Hands, bot: BotProcess
) -> None:
    await bot.start()
    await workspace.command("erin", "/incident declare Search is slow")
    await workspace.submit("erin", Severity="SEV2", Service="search", Page="Nobody")
    channel = f"#{(await workspace.channel('erin', 'inc-1-'))['name']}"
    await workspace.joined("erin", "inc-1-")
    await go_away(workspace)
    for number in range(3):
        await alert(workspace.http, bot.url, title=f"{TITLE} {number}", service=f"service-{number}")
    refused = await workspace.command("erin", "/incident update still looking", channel)
    assert not refused["acked"], "whoever asks sees that it failed"
    await asyncio.sleep(AWAY_SECONDS)
    pages = await bot.show("pages")
    assert len(pages) == 3 and all(page["state"] == "triggered" for page in pages)
    back = time.time()
    await workspace.call("DELETE", "faults")

    async def all_there() -> bool:
        return len(await posts(workspace, ":notification:")) >= 3

    await eventually(all_there, "all pages arrive")
    sent = await posts(workspace, ":notification:")
    assert max(post["at"] for post in sent) - back < PAGES_WITHIN_SECONDS

    async def acked() -> bool:
        answer = await workspace.command("erin", "/incident update rolling back", channel)
        return bool(answer["acked"])

    await eventually(acked, "commands are taken again")
    await workspace.sees("erin", channel, "rolling back")
    assert len(await posts(workspace, ":notification:")) == 3
    async with workspace.http.get(f"{bot.url}/metrics") as answer:
        assert "tocsin_audit_problems 0.0" in await answer.text()
