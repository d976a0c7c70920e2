"""What people do with a page's buttons, over Slack's wire."""

from __future__ import annotations

from typing import Any

from bot.core.ids import PersonId
from bot.core.page import PageState
from tests.slack.office import Hands, Office, eventually


def buttons(message: dict[str, Any]) -> list[str]:
    return [button["text"] for button in message["buttons"]]


async def test_acknowledging_is_recorded_before_it_is_acked(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    done = await people.click("ana", "Acknowledge", "@Tocsin")
    assert done["acked"]
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED
    card = await people.sees("ana", "has it: acknowledged")
    assert "Acknowledge" not in buttons(card)


async def test_a_late_click_is_told_who_has_it_and_may_take_over(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Escalate…", "@Tocsin")
    await people.submit("ana")
    await people.sees("carol", "Error rate")
    await people.click("carol", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.click("ana", "Acknowledge", "@Tocsin", stale=True)
    reply = await people.sees("ana", "before you")
    assert reply["ephemeral"]
    assert buttons(reply) == ["Take over"]
    await people.click("ana", "Take over", "@Tocsin", ts=reply["ts"])
    taken = await office.page_now(page.id)
    assert taken.acknowledged_by == office.catalogue().people[PersonId("ana")].user_id


async def test_declining_says_who_is_paged_next(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Can't take it", "@Tocsin")
    await people.sees("carol", "Error rate")
    reply = await people.sees("ana", "Noted: you can't take")
    assert "@carol" in reply["plain"]


async def test_snoozing_and_resolving_from_the_menu(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "page_more", "@Tocsin", option="Snooze 15 min")
    await people.sees("ana", "noozed")
    assert (await office.page_now(page.id)).state is PageState.SNOOZED
    await people.click("ana", "page_more", "@Tocsin", option="Resolve")
    over = await people.sees("ana", "Resolved")
    assert buttons(over) == []


async def test_why_was_i_paged_opens_the_reason(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    opened = await people.click("ana", "Why was I paged?", "@Tocsin")
    assert "payments-primary" in str(opened["view"]["blocks"])


async def test_escalating_to_a_team_pages_its_people(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Escalate…", "@Tocsin")
    answer = await people.submit("ana", **{"Escalate to": "A team", "Team": "platform"})
    assert answer["acked"]
    assert not answer.get("errors")
    await people.sees("erin", "Error rate")
    await people.sees("frank", "Error rate")


async def test_escalating_to_a_team_without_naming_one_is_said_at_the_field(
    office: Office, people: Hands
) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Escalate…", "@Tocsin")
    answer = await people.submit("ana", **{"Escalate to": "A team"})
    assert answer["errors"] == {"team": "Choose the team."}


async def test_a_page_offers_to_declare_with_its_own_title(office: Office, people: Hands) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.click("ana", "page_more", "@Tocsin", option="Declare incident")
    form = (await people.look("views", **{"as": "ana"}))[0]
    assert form["callback_id"] == "declare"
    assert "Error rate above 5 %" in str(form["blocks"])


async def test_a_click_that_slack_repeats_escalates_once(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.fault(socket="duplicate")
    await people.click("ana", "Escalate…", "@Tocsin")
    await people.submit("ana")
    await people.mend()
    await people.sees("carol", "Error rate")

    async def settled() -> bool:
        return (await office.page_now(page.id)).level >= 2

    await eventually(settled, "level 2 is paged")
    assert (await office.page_now(page.id)).level == 2


async def test_whoever_joins_a_page_gets_its_card(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.do("home", **{"as": "ana"})
    await people.click("ana", "Escalate…", "@Tocsin")
    await people.submit("ana", **{"Escalate to": "People", "People": ["dave"]})
    await people.sees("dave", "Error rate")
    await people.click("dave", "Join", "@Tocsin")
    told = await people.sees("dave", "You are on P-1")
    assert told["ephemeral"]
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED


async def test_whoever_has_it_resolves_or_gives_it_back_from_their_card(
    office: Office, people: Hands
) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.click("ana", "Resolve", "@Tocsin")
    await people.sees("ana", "Resolved")
