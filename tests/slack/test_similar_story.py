"""Whoever declares what is open already is shown it, whichever way they come."""

from __future__ import annotations

from typing import Any

from tests.slack.office import Hands, Office
from tests.slack.test_incident_story import declare
from tests.slack.test_links_story import declared


def offers_to_join(opened: Any) -> bool:
    shown = str(opened["view"]["blocks"])
    return "INC-1 on checkout (Checkout is down) was declared" in shown and "Join it instead" in shown


async def test_a_typed_title_that_names_the_service_offers_to_join(office: Office, people: Hands) -> None:
    await declared(people)
    opened = await people.command("bob", "/incident declare cannot pay at checkout")
    assert offers_to_join(opened)
    await people.click("bob", "Join it instead")
    await people.channel("bob", "inc-1-")
    assert not offers_to_join(await people.command("bob", "/incident declare search is slow"))


async def test_a_message_and_a_page_offer_to_join_too(office: Office, people: Hands) -> None:
    await declare(people, Page="Nobody")
    await people.channel("dave", "inc-1-")
    said = await people.do("post", **{"as": "dave", "in": "#general", "text": "checkout is down again?"})
    opened = await people.do(
        "shortcut", **{"as": "bob", "in": "#general", "ts": said["ts"], "name": "declare_from_message"}
    )
    assert offers_to_join(opened)
    await office.page("error rate above 5 %")
    await people.sees("ana", "error rate above 5 %")
    from_page = await people.click("ana", "page_more", "@Tocsin", option="Declare incident")
    assert offers_to_join(from_page)
