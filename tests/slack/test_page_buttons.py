"""What people do with a page's buttons, over Slack's wire."""

from __future__ import annotations

from typing import Any

from bot.core.ids import PersonId, ServiceId
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


async def test_whoever_takes_it_after_all_is_not_called_unable_any_more(
    office: Office, people: Hands
) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Can't take it", "@Tocsin")
    await people.sees("carol", "and can't take it")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("carol", "@ana has it")
    await people.click("carol", "Why was I paged?", "@Tocsin")
    (view,) = (one for one in await people.look("views", **{"as": "carol"}) if one["type"] == "modal")
    assert "by Slack, delivered" in str(view["blocks"])
    assert "and can't take it" not in str(view["blocks"])


async def test_snoozing_and_resolving_from_the_menu(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "page_snooze", "@Tocsin", option="15 min")
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


async def test_whoever_is_asked_for_help_answers_and_the_asker_hears_it(
    office: Office, people: Hands
) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.click("ana", "page_more", "@Tocsin", option="Add responders…")
    await people.submit("ana", People=["dave"], **{"On call for schedules": ["payments-secondary"]})
    await people.sees("ana", "You are told what they answer")
    asked = await people.sees("dave", "asks for your help")
    assert buttons(asked)[:2] == ["I'm coming", "Can't"]
    await people.click("dave", "I'm coming", "@Tocsin")
    await people.sees("dave", "You are coming to help with P-1; @ana is told. @ana has it.")
    await people.sees("ana", "@dave is coming to help with P-1")
    await people.sees("ana", "@dave comes to help.")
    await people.click("dave", "I'm coming", "@Tocsin", stale=True)
    await people.sees("dave", "You have said already")
    await people.sees("carol", "asks for your help")
    await people.click("carol", "Can't", "@Tocsin")
    await people.sees("carol", "Noted: you can't help with P-1")
    await people.sees("ana", "@carol can't help with P-1")
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED


async def test_a_page_is_given_away_and_goes_on_when_nobody_takes_it(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.click("ana", "page_more", "@Tocsin", option="Reassign…")
    wrong = await people.submit("ana")
    assert wrong["errors"] == {"people": "Choose at least one person, or something that leads to people."}
    await people.submit("ana", Teams=["platform"])
    await people.sees("ana", "P-1 is given to @erin and @frank: paged now.")
    await people.sees("erin", "it was given to you by hand")
    await people.click("erin", "Acknowledge", "@Tocsin")
    await people.sees("ana", "@erin has it")
    assert (await office.page_now(page.id)).ever_paged[-1] == office.catalogue().people[
        PersonId("frank")
    ].user_id


async def test_another_level_is_chosen_and_a_late_choice_changes_nothing(
    office: Office, people: Hands
) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Escalate…", "@Tocsin")
    await people.submit("ana", **{"Escalate to": "Another level", "Level": "Level 3: Frank"})
    await people.sees("frank", "Error rate")
    assert (await office.page_now(page.id)).level == 3
    await people.click("frank", "Escalate…", "@Tocsin")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.submit("frank")
    late = await people.sees("frank", "@ana acknowledged this")
    assert buttons(late) == ["Take over"]
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED


async def test_all_pages_of_mine_in_one_touch(office: Office, people: Hands) -> None:
    first = await office.page()
    await people.sees("ana", "Error rate")
    second = await office.page("Disk full", ServiceId("unknown"))
    await people.click("ana", "page_more", "@Tocsin", option="Reassign…")
    await people.submit("ana", People=["erin"])
    assert "Acknowledge all 2" in buttons(await people.sees("erin", "Error rate"))
    await people.click("erin", "Acknowledge all 2", "@Tocsin")
    await people.sees("erin", "You have P-1 and P-2. Nobody else is paged for them.")
    states = {(await office.page_now(page.id)).state for page in (first, second)}
    assert states == {PageState.ACKNOWLEDGED}


async def test_whoever_has_it_resolves_or_gives_it_back_from_their_card(
    office: Office, people: Hands
) -> None:
    await office.page()
    await people.sees("ana", "Error rate")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "has it: acknowledged")
    await people.click("ana", "Resolve", "@Tocsin")
    await people.sees("ana", "Resolved")
