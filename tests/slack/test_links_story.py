"""Links and related incidents: typed, on the card and at the top of the channel, and taken away by touch."""

from __future__ import annotations

from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare

CPU = "https://grafana.example.com/d/1?from=now-1h&to=now"


async def declared(people: Hands, title: str = "Checkout is down", number: int = 1) -> str:
    await declare(people, title)
    channel = f"#{(await people.channel('dave', f'inc-{number}-'))['name']}"
    await people.sees("dave", f"🚨 INC-{number}", channel)
    return channel


async def bookmarks(people: Hands) -> list[str]:
    return [each["title"] for each in (await people.channel("dave", "inc-1-"))["bookmarks"]]


async def test_a_typed_link_is_on_the_card_and_at_the_top_until_it_is_removed(
    office: Office, people: Hands
) -> None:
    channel = await declared(people)
    done = await people.command("dave", f"/incident link {CPU} CPU of the database", channel)
    assert "CPU of the database" in done["reply"]["plain"]
    assert "link_added" in await office.facts()

    async def shown() -> bool:
        card = await people.sees("dave", "🚨 INC-1", channel)
        return "CPU of the database" in card["plain"] and "CPU of the database" in await bookmarks(people)

    await eventually(shown, "card and bookmarks have the link")
    await people.click("dave", "incident_more", channel, option="Links")
    redrawn = await people.click("dave", "Remove")
    assert "No links yet" in str(redrawn["view"]["blocks"])

    async def gone() -> bool:
        card = await people.sees("dave", "🚨 INC-1", channel)
        return "CPU" not in card["plain"] and await bookmarks(people) == ["Runbook"]

    await eventually(gone, "card and bookmarks are without the link")
    assert "link_removed" in await office.facts()


async def test_the_form_adds_and_says_what_is_no_address(office: Office, people: Hands) -> None:
    channel = await declared(people)
    opened = await people.command("dave", "/incident link", channel)
    assert opened["view"]["callback_id"] == "links"
    refused = await people.do("submit", **{"as": "dave", "fields": {"Address": "grafana.example.com"}})
    assert "not a web address" in str(refused["errors"])
    await people.submit("dave", Address=CPU, Name="CPU")
    await people.sees("dave", "added a link: CPU", channel)
    wrong = await people.command("dave", "/incident link foo", channel)
    assert '"foo" is not a web address' in wrong["reply"]["plain"]


async def test_related_incidents_show_on_both_cards(office: Office, people: Hands) -> None:
    first = await declared(people)
    second = await declared(people, "Search is down", 2)
    done = await people.command("dave", "/incident link INC-1", second)
    assert "INC-2 and INC-1 are linked" in done["reply"]["plain"]
    await people.sees("dave", "Related: INC-1", second)
    await people.sees("dave", "Related: INC-2", first)
    outside = await people.command("dave", "/incident link INC-1")
    assert "/incident link INC-12 INC-1" in outside["reply"]["plain"]
