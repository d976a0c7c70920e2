"""A token is refused while the bot runs: it says so, keeps what it owes, and goes on when it is accepted again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.world import BotProcess, Hands, alert, eventually, on_call_now

TITLE = "Error rate above 5 %"


async def readiness(bot: BotProcess, people: Hands) -> dict[str, Any]:
    async with people.http.get(f"{bot.url}/readyz") as answer:
        return {"http": answer.status, **(await answer.json())}


async def says_slack_is(bot: BotProcess, people: Hands, words: str) -> None:
    async def told() -> bool:
        return words in (await readiness(bot, people))["slack"]

    await eventually(told, f"/readyz says {words!r} of Slack")


@pytest.mark.parametrize("reason", ["token_revoked", "invalid_auth", "account_inactive"])
async def test_a_revoked_bot_token_is_said_and_nothing_owed_is_given_up(
    workspace: Hands, bot: BotProcess, reason: str
) -> None:
    await bot.start()
    await workspace.call("POST", "faults", error=reason)
    await alert(workspace.http, bot.url, title=TITLE, service="checkout")
    await bot.process.says("Slack refuses a token; what is owed waits")
    await says_slack_is(bot, workspace, f"Slack does not accept SLACK_BOT_TOKEN ({reason})")
    assert (await readiness(bot, workspace))["http"] == 503
    (page,) = await bot.show("pages")
    assert (page["state"], page["level"]) == ("triggered", 1), "a refused token is no unreachable person"
    before = len(await workspace.calls())
    await says_slack_is(bot, workspace, "Copy the Bot User OAuth Token (xoxb-…)")
    assert len(await workspace.calls()) - before <= 2, "one call every few seconds, however much is owed"
    await workspace.call("DELETE", "faults")
    who = on_call_now("payments-primary")
    await workspace.sees(who, "@Tocsin", TITLE)
    await says_slack_is(bot, workspace, "ready")
    assert sum(TITLE in message["plain"] for message in await workspace.dm(who)) == 1
    assert sum("Slack refuses a token" in line for line in bot.process.output) == 1


async def test_a_revoked_app_token_is_said_while_pages_go_out(workspace: Hands, bot: BotProcess) -> None:
    await bot.start()
    await workspace.call("POST", "faults", method="apps.connections.open", error="invalid_auth")
    await workspace.call("POST", "faults", socket="close")
    await bot.process.says("Slack refuses a token; what is owed waits")
    await says_slack_is(bot, workspace, "Slack does not accept SLACK_APP_TOKEN (invalid_auth)")
    await alert(workspace.http, bot.url, title=TITLE, service="checkout")
    who = on_call_now("payments-primary")
    await workspace.sees(who, "@Tocsin", TITLE)
    await workspace.call("DELETE", "faults")
    await says_slack_is(bot, workspace, "ready")
    await workspace.click(who, "Acknowledge", "@Tocsin")
    await workspace.sees(who, "@Tocsin", "has it")
    assert not any("Traceback" in line for line in bot.process.output)
