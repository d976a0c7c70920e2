"""Slack refuses, loses answers and limits: the incident's place comes to be all the same, or the failure is shown."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import buttons, declare


async def channels(people: Hands, prefix: str = "inc-") -> list[str]:
    found = await people.look("channels", **{"as": "dave"})
    return [channel["name"] for channel in found if channel["name"].startswith(prefix)]


async def cards(people: Hands, channel: str) -> int:
    seen = await people.messages("dave", f"#{channel}")
    return sum("🚨 INC-1" in message["plain"] for message in seen)


async def test_a_name_that_somebody_else_has_gets_a_number(office: Office, people: Hands) -> None:
    await people.do("channels", **{"as": "dave", "name": "inc-1-checkout-is-down"})
    await declare(people)
    channel = await people.channel("dave", "inc-1-checkout-is-down-2")
    await people.sees("dave", "🚨 INC-1", f"#{channel['name']}")


async def test_a_channel_whose_creation_was_answered_to_nobody_is_taken(
    office: Office, people: Hands
) -> None:
    await people.fault(method="conversations.create", drop="after", times=1)
    await declare(people)
    await people.channel("dave", "inc-1-checkout-is-down")
    await people.sees("dave", "🚨 INC-1", "#inc-1-checkout-is-down")
    assert await channels(people) == ["inc-1-checkout-is-down"]
    assert len(await people.calls("conversations.create")) == 2


async def test_a_card_whose_answer_was_lost_is_not_posted_twice(office: Office, people: Hands) -> None:
    await people.fault(method="chat.postMessage", drop="after", times=3)
    await declare(people)
    channel = (await people.channel("dave", "inc-1-"))["name"]

    async def pinned() -> bool:
        return len((await people.channel("dave", "inc-1-"))["pins"]) == 1

    await eventually(pinned, "the card is known and pinned")
    assert await cards(people, channel) == 1


async def test_when_channels_may_not_be_created_it_is_said_and_can_be_tried_again(
    office: Office, people: Hands
) -> None:
    await people.fault(method="conversations.create", error="restricted_action")
    await declare(people)
    await people.sees("ana", "Checkout is down")
    told = await people.sees("dave", "restricted_action")
    assert "Try again" in buttons(told)
    assert (await office.incident()).setup_problem == "restricted_action"
    await people.mend()
    await people.click("dave", "Try again", "@Tocsin", ts=told["ts"])
    await people.channel("dave", "inc-1-checkout-is-down")
    await people.sees("dave", "🚨 INC-1", "#inc-1-checkout-is-down")
    assert (await office.incident()).setup_problem == ""


async def test_what_was_said_before_there_was_a_channel_is_posted_when_there_is_one(
    office: Office, people: Hands
) -> None:
    await people.fault(method="conversations.create", error="ratelimited", retry_after=1, times=1)
    await declare(people)
    await people.command("dave", "/incident update INC-1: looking into it")
    channel = (await people.channel("dave", "inc-1-"))["name"]
    await people.sees("dave", "looking into it", f"#{channel}")


async def test_limited_decoration_arrives_later(office: Office, people: Hands) -> None:
    for method in ("conversations.setTopic", "bookmarks.list", "pins.add"):
        await people.fault(method=method, error="ratelimited", retry_after=1, times=1)
    await declare(people)

    async def complete() -> bool:
        there = await people.channel("dave", "inc-1-")
        return "SEV1" in there["topic"] and bool(there["pins"]) and bool(there["bookmarks"])

    await eventually(complete, "topic, pin and bookmark")


async def test_a_card_that_somebody_deleted_comes_back_with_the_next_change(
    office: Office, people: Hands
) -> None:
    await declare(people)
    channel = await people.channel("dave", "inc-1-")
    card = await people.sees("dave", "🚨 INC-1", f"#{channel['name']}")
    bot = AsyncWebClient(token="xoxb-sandbox", base_url=office.sandbox.api_url)
    await bot.chat_delete(channel=channel["id"], ts=card["ts"])
    await people.command("dave", "/incident severity INC-1 SEV2")

    async def again() -> bool:
        return await cards(people, channel["name"]) == 1

    await eventually(again, "there is a card again")


async def test_an_edit_that_changes_nothing_is_not_sent(office: Office, people: Hands) -> None:
    await declare(people)
    channel = (await people.channel("dave", "inc-1-"))["name"]
    await people.sees("dave", "🚨 INC-1", f"#{channel}")
    await office.quiet()
    before = len(await people.calls("chat.update"))
    await people.command("dave", "/incident note nothing to see on the card", f"#{channel}")
    await people.click("dave", "Join", "#incidents")
    await office.quiet()
    assert len(await people.calls("chat.update")) == before


async def test_a_deactivated_person_is_not_invited_and_the_others_are(office: Office, people: Hands) -> None:
    await declare(people, Page="Choose people or teams", People=["bob", "erin"])
    channel = (await people.channel("dave", "inc-1-"))["name"]
    await people.sees("dave", "🚨 INC-1", f"#{channel}")
    await people.do("people", name="carol", deactivated=True)
    await people.command("dave", "/incident page @carol @frank", f"#{channel}")

    async def frank_is_there() -> bool:
        return "frank" in (await people.channel("dave", "inc-1-"))["members"]

    await eventually(frank_is_there, "frank was invited")
