"""Two incidents turn out to be one."""

from __future__ import annotations

from bot.core.ids import IncidentId
from bot.core.incident import IncidentStatus
from bot.store import pages
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_links_story import declared


async def two(people: Hands) -> tuple[str, str]:
    """The channels of INC-1, which goes on, and of INC-2, which carol works on too."""
    first = await declared(people)
    second = await declared(people, "Payments are slow", 2)
    await people.click("carol", "Join", "#incidents")
    await people.channel("carol", "inc-2-")
    return first, second


async def test_a_merge_is_explained_confirmed_and_shown_everywhere(office: Office, people: Hands) -> None:
    first, second = await two(people)
    await people.command("dave", "/incident task call the bank", second)
    opened = await people.command("dave", "/incident merge INC-1", second)
    assert opened["view"]["callback_id"] == "merge"
    shown = str(opened["view"]["blocks"])
    assert "INC-2 (Payments are slow) ends in INC-1 (Checkout is down)" in shown
    assert "1 task" in shown
    assert (await office.incident(2)).is_open
    await people.submit("dave")
    assert (await office.incident(2)).status is IncidentStatus.MERGED
    await people.sees("dave", "merged INC-2 (Payments are slow) into this incident", first)
    pointer = await people.sees("dave", "merged INC-2 into INC-1", second)
    assert "Join INC-1" in [button["text"] for button in pointer["buttons"]]
    await people.channel("carol", "inc-1-")
    await people.sees("dave", "🔀 INC-2", second)

    async def announced() -> bool:
        over = await people.sees("dave", "🔀 INC-2", "#incidents")
        goes_on = await people.sees("dave", "🚨 INC-1", "#incidents")
        return "Merged into INC-1" in over["plain"] and "Merged into it: INC-2" in goes_on["plain"]

    await eventually(announced, "both announcements say so")
    async with office.db.read() as conn:
        assert await pages.of_incident(conn, IncidentId(2)) == ()
    again = await people.command("dave", "/incident merge INC-1", second)
    assert "already" in again["reply"]["plain"]
    late = await people.command("dave", "/incident update nothing yet", second)
    assert "work goes on there" in late["reply"]["plain"]
    timeline = await people.command("dave", "/incident timeline", first)
    assert "[INC-2]" in str(timeline["view"]["blocks"])


async def test_the_form_asks_which_one_goes_on_and_then_confirms(office: Office, people: Hands) -> None:
    _, second = await two(people)
    await people.click("dave", "incident_more", second, option="More…")
    asked = await people.click("dave", "Merge")
    assert asked["view"]["callback_id"] == "merge_into"
    confirmed = await people.submit("dave")
    assert confirmed["view"]["callback_id"] == "merge"
    await people.submit("dave")
    assert (await office.incident(2)).merged_into == 1


async def test_what_cannot_be_merged_is_said_before_any_form(office: Office, people: Hands) -> None:
    first, second = await two(people)
    for typed, where, told in (
        ("/incident merge INC-2", second, "cannot be merged into itself"),
        ("/incident merge INC-99", second, "There is no INC-99"),
        ("/incident merge foo", second, '"foo" is not an incident'),
        ("/incident merge INC-1", "#general", "/incident merge INC-12 INC-1"),
    ):
        answer = await people.command("dave", typed, where)
        assert told in answer["reply"]["plain"]
    await people.command("dave", "/incident resolve", first)
    await people.submit("dave", **{"What happened?": "A bad release"})
    over = await people.command("dave", "/incident merge INC-1", second)
    assert "INC-1 is resolved, so nothing can be merged into it" in over["reply"]["plain"]
