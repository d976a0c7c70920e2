"""A problem pages a person; nobody answers; the next one is paged; somebody takes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.app import Tocsin
from bot.clock import ManualClock
from tests.e2e.world import Hands, alert, eventually


def url_of(bot: Tocsin) -> str:
    return f"http://127.0.0.1:{bot.settings.http_port}"


def buttons(message: dict[str, Any]) -> list[str]:
    return [button["text"] for button in message["buttons"]]


async def copies(people: Hands, who: str, title: str) -> list[dict[str, Any]]:
    return [m for m in await people.dm(who) if title in m["plain"]]


async def test_an_alert_pages_the_person_on_call_and_then_the_next(
    bot: Tocsin, people: Hands, clock: ManualClock
) -> None:
    await alert(people.http, url_of(bot), title="checkout latency", severity="warning", service="checkout")
    first = await people.sees("ana", "@Tocsin", "checkout latency")
    assert {"Acknowledge", "Can't take it"} <= set(buttons(first))
    assert "payments-primary" in first["plain"]
    clock.forward(minutes=5)
    second = await people.sees("carol", "@Tocsin", "checkout latency")
    assert "nobody acknowledged" in second["plain"].lower()
    await people.click("carol", "Acknowledge", "@Tocsin")
    taken = await people.sees("ana", "@Tocsin", "has it")
    assert "Acknowledge" not in buttons(taken)
    clock.forward(hours=3)
    await bot.engine.idle()
    assert await copies(people, "frank", "checkout latency") == []


async def test_a_page_ends_when_its_last_alert_resolves(
    bot: Tocsin, people: Hands, clock: ManualClock
) -> None:
    for key in ("a", "b"):
        await alert(people.http, url_of(bot), title="slow", dedup_key=key, service="checkout")
    await people.sees("ana", "@Tocsin", "2 alerts")
    await alert(people.http, url_of(bot), title="slow", dedup_key="a", service="checkout", status="resolved")
    await alert(people.http, url_of(bot), title="slow", dedup_key="b", service="checkout", status="resolved")
    over = await people.sees("ana", "@Tocsin", "Resolved")
    assert "Acknowledge" not in buttons(over)
    assert len(await copies(people, "ana", "slow")) == 1, "one page, one DM"
    await alert(people.http, url_of(bot), title="slow", dedup_key="a", service="checkout")

    async def second() -> bool:
        return len(await copies(people, "ana", "slow")) == 2

    await eventually(second, "a new occurrence starts a new page")


async def test_declining_pages_the_next_level_at_once(bot: Tocsin, people: Hands) -> None:
    await alert(people.http, url_of(bot), title="checkout latency", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    await people.click("ana", "Can't take it", "@Tocsin")
    await people.sees("carol", "@Tocsin", "checkout latency")


async def test_a_late_acknowledgment_is_told_who_has_it(
    bot: Tocsin, people: Hands, clock: ManualClock
) -> None:
    await alert(people.http, url_of(bot), title="checkout latency", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    clock.forward(minutes=5)
    await people.sees("carol", "@Tocsin", "checkout latency")
    await people.click("carol", "Acknowledge", "@Tocsin")
    await people.sees("ana", "@Tocsin", "has it")
    await people.click("ana", "Acknowledge", "@Tocsin", stale=True)
    reply = await people.sees("ana", "@Tocsin", "before you")
    assert reply["ephemeral"]


async def test_a_snoozed_page_comes_back(bot: Tocsin, people: Hands, clock: ManualClock) -> None:
    await alert(people.http, url_of(bot), title="checkout latency", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    await people.click("ana", "page_snooze", "@Tocsin", option="15 min")
    await people.sees("ana", "@Tocsin", "noozed")
    clock.forward(timedelta(minutes=15))

    async def paged_again() -> bool:
        return len(await copies(people, "ana", "checkout latency")) == 2

    await eventually(paged_again, "bob is paged again")


async def test_a_hostile_title_pings_and_breaks_nothing(bot: Tocsin, people: Hands) -> None:
    title = "<!channel> <@U123> *x* </script>"
    await alert(people.http, url_of(bot), title=title, service="checkout")
    page = await people.sees("ana", "@Tocsin", "</script>")
    calls = await people.calls("chat.postMessage")
    body = str(calls[-1]["args"])
    assert "<!channel>" not in str(calls[-1]["args"].get("text", ""))
    assert page["plain"].count("*x*") >= 1, body


async def test_whom_slack_refuses_for_good_nobody_waits_for(bot: Tocsin, people: Hands) -> None:
    fault = {"method": "conversations.open", "error": "user_disabled", "times": 1}
    await people.call("POST", "faults", **fault)
    await alert(people.http, url_of(bot), title="checkout latency", service="checkout")
    await people.sees("carol", "@Tocsin", "checkout latency")
    assert await people.dm("ana") == []


async def test_a_card_that_slack_refuses_goes_out_as_text(bot: Tocsin, people: Hands) -> None:
    await people.call(
        "POST", "faults", **{"method": "chat.postMessage", "error": "invalid_blocks", "times": 1}
    )
    await alert(people.http, url_of(bot), title="checkout latency", service="checkout")
    page = await people.sees("ana", "@Tocsin", "checkout latency")
    assert page["blocks"] == []
