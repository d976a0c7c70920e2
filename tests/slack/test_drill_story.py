"""A drill from the first question to the report, over the wire."""

from __future__ import annotations

from datetime import timedelta

from bot.core.page import PageState
from tests.slack.office import Hands, Office, eventually


async def test_a_chain_is_foreseen_and_then_drilled_with_those_who_agree(
    office: Office, people: Hands
) -> None:
    answer = await people.command("bob", "/incident drill checkout SEV1")
    assert "Who would be paged if nobody acknowledged" in answer["reply"]["plain"]
    assert "level 1" in str(answer["reply"]) and "level 3" in str(answer["reply"])
    await people.click("bob", "Run it live…", "#general")
    await people.sees("ana", "wants to drill the paging of checkout at SEV1")
    await people.click("ana", "I take part", "@Tocsin")
    await people.click("carol", "Not me", "@Tocsin")
    await people.click("frank", "Not me", "@Tocsin")
    await people.sees("bob", "All have answered about the drill of checkout at SEV1")
    await people.click("bob", "Start", "@Tocsin")
    page = await people.sees("ana", "Drill: checkout. This is a test, nothing is broken")
    assert "Why you: you take part in this drill. Nobody is paged after you." in page["plain"]
    assert "Next:" not in page["plain"]
    assert page["text"].endswith("You take part in this drill. Acknowledge now.")
    await people.click("ana", "Acknowledge", "@Tocsin")

    async def held() -> bool:
        return (await office.page_now(1)).state is PageState.ACKNOWLEDGED  # type: ignore[arg-type]

    await eventually(held, "ana has it")
    office.clock.forward(timedelta(seconds=31))
    office.engine.wake("handoff", None)
    report = await people.sees("bob", "The drill of checkout at SEV1 is over: 1 of 1 acknowledged.")
    assert "reached by Slack" in report["plain"]


async def test_whoever_agreed_hears_that_a_drill_is_called_off(office: Office, people: Hands) -> None:
    await people.command("bob", "/incident drill checkout SEV1")
    await people.click("bob", "Run it live…", "#general")
    await people.sees("ana", "wants to drill the paging of checkout at SEV1")
    await people.click("ana", "I take part", "@Tocsin")
    await people.click("bob", "Call it off", "#general")
    await people.sees("ana", "The drill of checkout at SEV1 is called off. Nobody is paged for it.")


async def test_the_form_shows_the_same_and_what_is_unknown_is_said(office: Office, people: Hands) -> None:
    opened = await people.command("bob", "/incident drill")
    assert opened["view"]["title"]["text"] == "Who would be paged?"
    await people.submit("bob", Service="search")
    await people.sees("bob", "policy platform-default", "#general")
    wrong = await people.command("bob", "/incident drill chekout")
    assert "I know no service, severity or time" in str(wrong["reply"])
