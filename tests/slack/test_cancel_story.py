"""An incident that was declared by mistake."""

from __future__ import annotations

from bot.core.ids import PageId
from bot.core.incident import IncidentStatus
from bot.core.page import PageState
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare


async def test_a_canceled_incident_ends_with_its_pages_and_everybody_is_told(
    office: Office, people: Hands
) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("ana", "Checkout is down")
    opened = await people.command("dave", "/incident cancel it was a load test", channel)
    assert opened["view"]["callback_id"] == "cancel"
    assert "P-1" in str(opened["view"]["blocks"])
    assert (await office.incident()).is_open
    await people.submit("dave")
    assert (await office.incident()).status is IncidentStatus.CANCELED
    assert (await office.page_now(PageId(1))).state is PageState.RESOLVED
    await people.sees("dave", "declared by mistake. it was a load test", channel)
    await people.sees("ana", "Resolved")

    async def shown() -> bool:
        card = await people.sees("dave", "🚫 INC-1", channel)
        announced = await people.sees("dave", "🚫 INC-1", "#incidents")
        return "Canceled" in card["plain"] and "Canceled" in announced["plain"]

    await eventually(shown, "card and announcement say canceled")
    listed = await people.command("dave", "/incident list")
    assert "INC-1" not in str(listed["reply"])
    again = await people.command("dave", "/incident cancel", channel)
    assert "INC-1 is canceled" in again["reply"]["text"]


async def test_the_cards_menu_cancels_and_it_can_be_reopened(office: Office, people: Hands) -> None:
    await declare(people)
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    await people.sees("dave", "🚨 INC-1", channel)
    await people.click("dave", "incident_more", channel, option="More…")
    await people.click("dave", "Cancel incident")
    await people.submit("dave", Reason="wrong cluster")
    assert (await office.incident()).what_happened == "wrong cluster"
    await people.command("dave", "/incident reopen INC-1 it was the right one")
    incident = await office.incident()
    assert incident.status is IncidentStatus.INVESTIGATING
    assert incident.what_happened == ""
    assert {"incident_canceled", "incident_reopened"} <= set(await office.facts())
