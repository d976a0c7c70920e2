"""Slack limits, breaks, loses answers and is late: what is owed arrives once, in order, and people see the truth."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.core.ids import UserId
from bot.core.page import PageState
from bot.engine import deliver
from bot.usecases import homes
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare

ERROR_RATE = "Error rate above 5 %"


async def seen(hands: Hands, who: str, words: str, where: str = "@Tocsin") -> int:
    return sum(words in message["plain"] for message in await hands.messages(who, where))


async def channel_of(hands: Hands) -> str:
    """Of the only incident, with its card."""
    channel = f"#{(await hands.channel('dave', 'inc-1-'))['name']}"
    await hands.sees("dave", "🚨 INC-1", channel)
    return channel


@pytest.mark.parametrize(
    "fault",
    [
        {"error": "ratelimited", "retry_after": 1, "times": 2},
        {"http": 500, "times": 2},
        {"http": 503, "times": 2},
        {"error": "internal_error", "times": 2},
        {"drop": "after", "times": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open"])
async def test_a_page_arrives_once_whatever_slack_does(
    office: Office, hands: Hands, method: str, fault: dict[str, Any]
) -> None:
    await hands.fault(method=method, **fault)
    page = await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    await office.quiet()
    await hands.mend()
    assert await seen(hands, "ana", ERROR_RATE) == 1
    await hands.click("ana", "Acknowledge", "@Tocsin")
    await hands.sees("ana", "has it: acknowledged")
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED


async def test_a_limit_is_kept_to_the_second(office: Office, hands: Hands) -> None:
    await hands.fault(method="chat.postMessage", error="ratelimited", retry_after=2, times=1)
    await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    ana = [post for post in await hands.calls("chat.postMessage") if ERROR_RATE in str(post["args"])]
    direct = [post for post in ana if post["args"]["channel"] == ana[0]["args"]["channel"]]
    assert direct[0]["answer"]["error"] == "ratelimited"
    assert direct[1]["at"] - direct[0]["at"] >= 2


async def test_a_channel_that_was_made_late_is_found_and_taken(office: Office, hands: Hands) -> None:
    """The answer to the create comes after our patience; the next try hears `name_taken`."""
    office.gateway.client.timeout = 1
    await hands.fault(method="conversations.create", latency_ms=1500, drop="after", times=1)
    await declare(hands)
    await channel_of(hands)
    await office.quiet()
    made = [call for call in await hands.calls("conversations.create") if call["answer"].get("ok")]
    assert len(made) == 1
    assert (await office.incident()).channel == made[0]["answer"]["channel"]["id"]


async def test_a_channel_of_that_name_that_somebody_else_made_is_left_alone(
    office: Office, hands: Hands
) -> None:
    """Our create broke before it reached Slack, and meanwhile a person took the name."""
    await hands.do("channels", **{"as": "dave", "name": "inc-1-checkout-is-down"})
    await hands.fault(method="conversations.create", http=500, times=1)
    await declare(hands)
    await hands.channel("dave", "inc-1-checkout-is-down-2")
    await office.quiet()
    assert await hands.messages("dave", "#inc-1-checkout-is-down") == []


async def test_updates_are_read_in_the_order_in_which_they_were_written(office: Office, hands: Hands) -> None:
    await declare(hands)
    channel = await channel_of(hands)
    await hands.fault(method="chat.postMessage", channel=channel, http=500, times=1)
    await hands.fault(method="chat.postMessage", channel=channel, drop="after", times=2)
    for word in ("first", "second", "third"):
        await hands.command("dave", f"/incident update {word} finding", channel)
    await office.quiet()
    told = [m["plain"] for m in await hands.messages("dave", channel) if "🚨 INC-1" not in m["plain"]]
    order = [word for text in told for word in ("first", "second", "third") if f"{word} finding" in text]
    assert order == ["first", "second", "third"]


async def _busy(office: Office) -> bool:
    return office.outbox.in_flight == 2


async def test_sends_that_hang_keep_no_page_waiting(
    office: Office, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack answers one method no more; more of these are owed than may be on their way at once."""
    monkeypatch.setattr(deliver, "IN_FLIGHT", 4)
    monkeypatch.setattr(deliver, "KEPT_FOR_PAGES", 2)
    await hands.fault(method="views.publish", latency_ms=5000)
    for person in office.catalogue().people.values():
        await homes.opened(office.db, person.user_id or UserId(""))
    await eventually(lambda: _busy(office), "all that may hang hangs")
    began = asyncio.get_running_loop().time()
    await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    assert asyncio.get_running_loop().time() - began < 4
    await hands.mend()


async def test_a_send_that_takes_longer_than_its_lease_is_not_sent_beside_itself(
    office: Office, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "SEND_WITHIN_SECONDS", 1.0)
    await hands.fault(method="chat.postMessage", latency_ms=1500, times=1)
    await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    await office.quiet()
    assert await seen(hands, "ana", ERROR_RATE) == 1


async def test_a_click_whose_answer_slack_does_not_take_goes_to_the_dm(office: Office, hands: Hands) -> None:
    await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    await hands.click("ana", "page_more", "@Tocsin", option="Resolve")
    await office.quiet()
    await hands.fault(method="response_url", http=500)
    done = await hands.click("ana", "Acknowledge", "@Tocsin", stale=True)
    assert done["acked"]
    await hands.sees("ana", "is over")


async def test_a_click_while_slack_is_away_shows_that_it_failed(office: Office, hands: Hands) -> None:
    page = await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    await office.quiet()
    await hands.fault(method="apps.connections.open", http=503)
    await hands.fault(socket="close")
    done = await hands.click("ana", "Acknowledge", "@Tocsin")
    assert not done["acked"]
    assert (await office.page_now(page.id)).state is PageState.TRIGGERED
    await hands.mend()

    async def acked() -> bool:
        return bool((await hands.click("ana", "Acknowledge", "@Tocsin"))["acked"])

    await eventually(acked, "the next click counts")
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED
