"""An incident from its declaration to its end, over Slack's wire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.catalogue import COMMANDER
from bot.core.ids import PersonId
from bot.core.incident import IncidentStatus
from tests.slack.office import Hands, Office, eventually


def buttons(message: dict[str, Any]) -> list[str]:
    return [button["text"] for button in message["buttons"]]


async def declare(people: Hands, title: str = "Checkout is down", /, **fields: Any) -> Any:
    """Dave declares, in #general."""
    opened = await people.command("dave", f"/incident declare {title}")
    assert opened["view"]["callback_id"] == "declare"
    return await people.submit("dave", **{"Severity": "SEV1", "Service": "checkout", **fields})


async def test_declaring_makes_the_channel_the_card_the_announcement_and_pages(
    office: Office, people: Hands
) -> None:
    answer = await declare(people)
    assert answer["acked"]
    assert not answer.get("errors")
    reply = await people.sees("dave", "INC-1 is recorded", "#general")
    assert reply["ephemeral"]
    assert "@ana" in reply["plain"]
    await people.sees("ana", "Checkout is down")
    channel = await people.channel("dave", "inc-1-checkout-is-down")
    card = await people.sees("dave", "🚨 INC-1", f"#{channel['name']}")
    await people.sees("dave", "Checkout is down", "#incidents")

    async def complete() -> bool:
        there = await people.channel("dave", "inc-1-")
        return (
            {"dave", "ana"} <= set(there["members"])
            and card["ts"] in there["pins"]
            and "SEV1" in there["topic"]
            and len(there["bookmarks"]) == 1
        )

    await eventually(complete, "members, pin, topic and runbook")
    assert {"Update", "Change severity", "Roles", "Page someone", "Resolve"} <= set(buttons(card))


async def test_working_on_an_incident_in_its_channel(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "Checkout is down", channel)
    done = await people.command("dave", "/incident severity SEV2", channel)
    assert "SEV2" in done["reply"]["text"]
    done = await people.command("dave", "/incident lead @ana", channel)
    assert done["acked"]
    await people.click("dave", "Update", channel)
    await people.submit("dave", **{"Update": "Rolling back release 4711", "Status": "Identified"})
    await people.sees("dave", "Rolling back release 4711", channel)
    await people.command("dave", "/incident note the database is fine", channel)
    incident = await office.incident()
    assert incident.severity == "SEV2"
    assert incident.status is IncidentStatus.IDENTIFIED
    assert incident.roles[COMMANDER] == office.catalogue().people[PersonId("ana")].user_id

    async def card_is_true() -> bool:
        card = await people.sees("dave", "🚨 INC-1", channel)
        return all(word in card["plain"] for word in ("SEV2", "Identified", "Rolling back", "@ana"))

    await eventually(card_is_true, "the card shows the present state")
    announced = await people.sees("dave", "Identified", "#incidents")
    reply = await people.look("messages", **{"as": "dave", "in": "#incidents", "thread_ts": announced["ts"]})
    assert any("Rolling back" in message["plain"] for message in reply)
    assert "note_added" in await office.facts()


async def test_resolving_and_reopening(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "Checkout is down", channel)
    opened = await people.command("dave", "/incident resolve", channel)
    assert opened["view"]["callback_id"] == "resolve"
    refused = await people.do("submit", **{"as": "dave", "fields": {"What happened?": "   "}})
    assert refused["errors"]
    await people.submit("dave", **{"What happened?": "A bad release", "What fixed it?": "A rollback"})
    await people.sees("dave", "A bad release", channel)
    assert (await office.incident()).status is IncidentStatus.RESOLVED
    await people.sees("ana", "Resolved")
    late = await people.command("dave", "/incident resolve", channel)
    assert "is resolved" in late["reply"]["text"]
    back = await people.command("ana", "/incident reopen INC-1 it is slow again")
    assert "open again" in back["reply"]["text"]
    await people.sees("dave", "it is slow again", channel)


async def test_a_command_without_its_incident_asks_which(office: Office, people: Hands) -> None:
    await declare(people)
    asked = await people.command("dave", "/incident resolve")
    assert "Which incident?" in asked["reply"]["text"]
    assert "INC-1" in str(asked["reply"])
    named = await people.command("dave", "/incident status inc-1")
    assert "Checkout is down" in named["reply"]["text"]
    nobody = await people.command("dave", "/incident status INC-99")
    assert "There is no INC-99" in nobody["reply"]["text"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/incident", "/incident"),
        ("/incident help", "/incident"),
        ("/incident decalre foo", "Did you mean"),
        ("/incident list", "No incident is open"),
        ("/oncall", "On call"),
        ("/oncall payments", "payments"),
        ("/oncall help", "/oncall"),
        ("/oncall wat", "I don't know"),
    ],
)
async def test_commands_answer_at_once(office: Office, people: Hands, typed: str, told: str) -> None:
    answer = await people.command("ana", typed)
    assert answer["acked"], answer
    assert told.lower() in (answer["reply"]["text"] + answer["reply"]["plain"]).lower()


async def test_a_private_incident_is_seen_by_its_members_alone(office: Office, people: Hands) -> None:
    await declare(people, "Breach", Private=True, Page="Nobody")
    await people.sees("dave", "INC-1 is recorded", "#general")
    channel = await people.channel("dave", "inc-1-breach")
    assert channel["private"]
    await people.sees("dave", "Breach", f"#{channel['name']}")
    others = await people.command("bob", "/incident list")
    assert "INC-1" not in str(others["reply"])
    status = await people.command("bob", "/incident status INC-1")
    assert "There is no INC-1 that you can see" in status["reply"]["text"]
    assert not [m for m in await people.messages("bob", "#incidents") if "Breach" in m["plain"]]


async def test_declaring_from_a_page_adopts_it(office: Office, people: Hands) -> None:
    await office.page("checkout latency")
    await people.sees("ana", "checkout latency")
    await people.click("ana", "page_more", "@Tocsin", option="Declare incident")
    await people.submit("ana", **{"Severity": "SEV1"})
    await people.sees("ana", "INC-1 is recorded")
    card = await people.sees("ana", "INC-1")
    assert card
    channel = await people.channel("ana", "inc-1-checkout-latency")
    pages = [m for m in await people.messages("ana") if "Why you" in m["plain"]]
    assert len(pages) == 1, "nobody is paged twice"
    await people.sees("ana", "checkout latency", f"#{channel['name']}")
    done = await people.command("ana", "/incident ack", f"#{channel['name']}")
    assert "You have P-1" in done["reply"]["text"]


async def test_the_announcement_lets_people_in(office: Office, people: Hands) -> None:
    await declare(people)
    await people.sees("bob", "Checkout is down", "#incidents")
    await people.click("bob", "Join", "#incidents")

    async def inside() -> bool:
        there = await people.look("channels", **{"as": "dave"})
        return any("bob" in c["members"] for c in there if c["name"].startswith("inc-1-"))

    await eventually(inside, "bob is in the channel")


async def test_whoever_joins_late_is_briefed(office: Office, people: Hands) -> None:
    await declare(people)
    channel = (await people.channel("dave", "inc-1-"))["name"]
    await people.sees("dave", "Checkout is down", f"#{channel}")
    await people.command("dave", "/incident update rolling back", f"#{channel}")
    office.clock.forward(timedelta(minutes=30))
    await people.do("join", **{"as": "erin", "in": f"#{channel}"})
    briefing = await people.sees("erin", "Welcome to INC-1", f"#{channel}")
    assert briefing["ephemeral"]
    assert "rolling back" in briefing["plain"]
    assert "person_joined" in await office.facts()


async def test_a_message_becomes_a_fact_of_its_incident(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "Checkout is down", channel)
    said = await people.do("post", **{"as": "dave", "in": channel, "text": "It began after 4711"})
    await people.do("shortcut", **{"as": "dave", "name": "Add to timeline", "in": channel, "ts": said["ts"]})
    await people.sees("dave", "Noted in the timeline", channel)
    shown = await people.click("dave", "incident_more", channel, option="Timeline")
    assert "It began after 4711" in str(shown["view"]["blocks"])
    other = await people.do("post", **{"as": "bob", "in": "#general", "text": "Payments fail for me"})
    asked = await people.do(
        "shortcut", **{"as": "bob", "name": "Add to timeline", "in": "#general", "ts": other["ts"]}
    )
    assert asked["view"]["callback_id"] == "note"
    answer = await people.submit("bob", Incident="INC-1 Checkout is down")
    assert not answer.get("errors")

    async def two_notes() -> bool:
        return (await office.facts()).count("note_added") == 2

    await eventually(two_notes, "both messages are in the timeline")


async def test_declaring_from_a_message_links_to_it(office: Office, people: Hands) -> None:
    said = await people.do("post", **{"as": "bob", "in": "#general", "text": "Nobody can pay\nsince 5 min"})
    opened = await people.do(
        "shortcut", **{"as": "bob", "name": "Declare from message", "in": "#general", "ts": said["ts"]}
    )
    assert "Nobody can pay" in str(opened["view"]["blocks"])
    await people.submit("bob", **{"Severity": "SEV2", "Page": "Nobody"})
    await people.sees("bob", "INC-1 is recorded", "#general")
    incident = await office.incident()
    assert incident.title == "Nobody can pay"
    assert "since 5 min" in incident.description
    assert "note_added" in await office.facts()


async def test_the_global_shortcut_opens_the_form(office: Office, people: Hands) -> None:
    opened = await people.do("shortcut", **{"as": "bob", "name": "Declare an incident"})
    assert opened["view"]["callback_id"] == "declare"
    await people.submit("bob", **{"Title": "Search is slow", "Severity": "SEV3", "Page": "Nobody"})
    await people.sees("bob", "INC-1 is recorded")


async def test_people_teams_and_services_are_paged_by_name(office: Office, people: Hands) -> None:
    await declare(people, Page="Nobody")
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "Checkout is down", channel)
    done = await people.command("dave", "/incident page @bob search", channel)
    assert "@bob" in done["reply"]["text"] or "bob" in str(done["reply"])
    await people.sees("bob", "Checkout is down")
    await people.sees("erin", "Checkout is down")
    wrong = await people.command("dave", "/incident page paymnets", channel)
    assert "Did you mean payments?" in wrong["reply"]["text"]


async def test_an_archived_channel_is_a_fact(office: Office, people: Hands) -> None:
    await declare(people)
    channel = await people.channel("dave", "inc-1-")
    await people.sees("dave", "Checkout is down", f"#{channel['name']}")
    dave = AsyncWebClient(token="xoxp-dave", base_url=office.sandbox.api_url)
    await dave.conversations_archive(channel=channel["id"])

    async def known() -> bool:
        return (await office.incident()).archived

    await eventually(known, "the incident knows that its channel is archived")
