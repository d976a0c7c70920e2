"""An incident gets another title."""

from __future__ import annotations

from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare


async def declared(people: Hands) -> str:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    return channel


async def test_title_topic_card_announcement_and_channel_follow(office: Office, people: Hands) -> None:
    channel = await declared(people)
    done = await people.command("dave", "/incident rename Checkout is slow", channel)
    assert "Checkout is slow" in done["reply"]["text"]
    there = await people.channel("dave", "inc-1-checkout-is-slow")
    where = f"#{there['name']}"
    await people.sees("dave", 'renamed INC-1 from "Checkout is down" to "Checkout is slow"', where)

    async def shown() -> bool:
        card = await people.sees("dave", "🚨 INC-1", where)
        announced = await people.sees("dave", "🚨 INC-1", "#incidents")
        topic = (await people.channel("dave", "inc-1-"))["topic"]
        return all("Checkout is slow" in text for text in (card["plain"], announced["plain"], topic))

    await eventually(shown, "card, announcement and topic tell the new title")
    assert "Checkout is down" in (await people.sees("ana", "P-1"))["plain"]
    await office.quiet()
    incident = await office.incident()
    assert incident.channel_name == "inc-1-checkout-is-slow"
    assert "incident_renamed" in await office.facts()
    same = await people.command("dave", "/incident rename Checkout is slow", where)
    assert "Nothing changed" in same["reply"]["text"]


async def test_without_a_title_the_form_opens_and_checks_it(office: Office, people: Hands) -> None:
    channel = await declared(people)
    opened = await people.command("dave", "/incident rename", channel)
    assert opened["view"]["callback_id"] == "rename"
    refused = await people.do("submit", **{"as": "dave", "fields": {"Title": "   "}})
    assert refused["errors"]
    await people.submit("dave", Title="Search is down")
    await people.channel("dave", "inc-1-search-is-down")


async def test_a_name_that_slack_refuses_is_said_on_the_card_and_tried_again(
    office: Office, people: Hands
) -> None:
    channel = await declared(people)
    await people.fault(method="conversations.rename", error="restricted_action")
    await people.command("dave", "/incident rename Search is down", channel)
    await people.sees("dave", "restricted_action", channel)
    assert (await office.incident()).title == "Search is down"
    await people.mend()
    await people.click("dave", "Try again", channel)
    there = await people.channel("dave", "inc-1-search-is-down")

    async def mended() -> bool:
        card = await people.sees("dave", "🚨 INC-1", f"#{there['name']}")
        return "restricted_action" not in card["plain"]

    await eventually(mended, "the card has no problem any more")


async def test_a_taken_name_gets_a_number(office: Office, people: Hands) -> None:
    channel = await declared(people)
    await people.do("channels", **{"as": "dave", "name": "inc-1-search-is-down"})
    await people.command("dave", "/incident rename Search is down", channel)
    assert await renamed_to(office, "inc-1-search-is-down-2")


async def test_a_rename_whose_answer_was_lost_is_not_done_under_another_name(
    office: Office, people: Hands
) -> None:
    channel = await declared(people)
    await people.fault(method="conversations.rename", drop="after", times=1)
    await people.command("dave", "/incident rename Search is down", channel)
    assert await renamed_to(office, "inc-1-search-is-down")


async def renamed_to(office: Office, name: str) -> bool:
    """Once Slack and we agree that the channel is called so."""

    async def named() -> bool:
        incident = await office.incident()
        channel = office.sandbox.sandbox.workspace.conversations[incident.channel or ""]
        return incident.channel_name == channel.name == name

    return await eventually(named, f"the channel is {name}")
