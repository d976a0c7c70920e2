"""Declare, see every place, acknowledge, update, resolve, read the timeline: the main job through Slack."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app import Tocsin
from bot.clock import ManualClock
from tests.e2e.world import Hands, alert, eventually


async def declare(people: Hands, who: str = "erin", title: str = "Checkout is down", **fields: Any) -> None:
    opened = await people.command(who, f"/incident declare {title}")
    assert opened["acked"] and opened["view"]["callback_id"] == "declare"
    answer = await people.submit(who, **({"Severity": "SEV1", "Service": "checkout"} | fields))
    assert answer["acked"], answer
    assert not answer.get("errors"), answer


async def test_declaring_makes_the_channel_the_card_the_announcement_and_the_page(
    bot: Tocsin, people: Hands
) -> None:
    await declare(people)
    channel = await people.channel("erin", "inc-1-checkout-is-down")
    place = channel["id"]
    card = await people.sees("erin", place, "Declared")
    assert "SEV1" in card["plain"] and "Checkout is down" in card["plain"]
    await people.sees("carol", "#incidents", "Checkout is down")
    await people.sees("ana", "@Tocsin", "Checkout is down")

    async def complete() -> bool:
        now = await people.channel("erin", "inc-1-")
        return "SEV1" in now["topic"] and card["ts"] in now["pins"] and {"erin", "ana"} <= set(now["members"])

    await eventually(complete, "topic, pin and invitations")


async def test_every_place_changes_when_somebody_acts(bot: Tocsin, people: Hands, clock: ManualClock) -> None:
    await declare(people)
    place = (await people.channel("erin", "inc-1-"))["id"]
    await people.sees("ana", "@Tocsin", "Checkout is down")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await people.sees("ana", "@Tocsin", "has it")

    async def card_tells() -> bool:
        return "acknowledged" in (await people.sees("erin", place, "Declared"))["plain"]

    await eventually(card_tells, "the card says who acknowledged")
    clock.forward(minutes=2)
    await people.command("ana", "/incident update Rolling back release 4711", place)
    await people.sees("erin", place, "Rolling back release 4711")
    await people.sees("carol", "#incidents", "Rolling back release 4711")
    await people.command("ana", "/incident severity SEV2", place)
    await people.command("ana", "/incident lead @bob", place)

    async def card_is_true() -> bool:
        card = (await people.sees("erin", place, "Declared"))["plain"]
        return "SEV2" in card and "bob" in card.lower() and "4711" in card

    await eventually(card_is_true, "the card shows severity, commander and update")
    opened = await people.command("ana", "/incident resolve", place)
    assert opened["view"]["callback_id"] == "resolve"
    await people.submit(
        "ana", **{"What happened?": "Release 4711 broke payments", "What fixed it?": "Rollback"}
    )
    await people.sees("erin", place, "Release 4711 broke payments")
    await people.sees("ana", "@Tocsin", "Resolved")

    async def announced() -> bool:
        posts = await people.messages("carol", "#incidents")
        return any("Checkout is down" in m["plain"] and "esolved" in m["plain"] for m in posts)

    await eventually(announced, "the announcement says that it is resolved")
    told = await people.command("erin", "/incident timeline INC-1")
    timeline = str(told)
    for line in ("declared", "acknowledged", "Rolling back", "SEV2", "esolved"):
        assert line in timeline, line


async def test_the_incident_adopts_the_page_that_is_running(bot: Tocsin, people: Hands) -> None:
    url = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, url, title="Error rate", service="checkout", severity="critical")
    await people.sees("ana", "@Tocsin", "Error rate")
    await declare(people, title="Checkout errors")
    await people.channel("erin", "inc-1-checkout-errors")
    await people.sees("ana", "@Tocsin", "INC-1")
    assert len([m for m in await people.dm("ana") if "Error rate" in m["plain"]]) == 1, (
        "nobody is paged twice"
    )
    place = (await people.channel("ana", "inc-1-"))["id"]
    await people.joined("ana", "inc-1-")
    await people.command("ana", "/incident ack", place)
    await people.sees("ana", "@Tocsin", "has it")


async def test_an_incident_is_declared_from_a_page_and_from_a_message(bot: Tocsin, people: Hands) -> None:
    url = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, url, title="Error rate", service="checkout")
    await people.sees("ana", "@Tocsin", "Error rate")
    await people.click("ana", "page_more", "@Tocsin", option="Declare incident")
    answer = await people.submit("ana", Severity="SEV2")
    assert answer["acked"] and not answer.get("errors"), answer
    await people.channel("ana", "inc-1-error-rate")
    posted = await people.call(
        "POST", "post", **{"as": "carol", "in": "#general", "text": "search is slow for me"}
    )
    shortcut = {"as": "dave", "name": "Declare from message", "in": "#general", "ts": posted["ts"]}
    opened = await people.call("POST", "shortcut", **shortcut)
    assert opened["view"]["callback_id"] == "declare"
    await people.submit("dave", Title="Search is slow", Severity="SEV3", Service="search")
    await people.channel("dave", "inc-2-search-is-slow")


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("/incident decalre foo", "#general", "Did you mean declare"),
        ("/incident resolve", "#general", "Which incident"),
        ("/incident status INC-99", "#general", "INC-99"),
        ("/incident help", "#general", "/incident declare"),
        ("/incident list", "#general", "open"),
        ("/oncall", "#general", "payments"),
        ("/oncall hlep", "#general", "help"),
    ],
)
async def test_every_command_answers_also_when_it_is_wrong(
    bot: Tocsin, people: Hands, text: str, where: str, says: str
) -> None:
    answer = await people.command("erin", text, where)
    assert answer["acked"]

    async def told() -> bool:
        seen = [str(answer.get("reply") or "")] + [
            m["plain"] + m["text"] for m in await people.messages("erin", where) if m["ephemeral"]
        ]
        return any(says.lower() in one.lower() for one in seen)

    await eventually(told, f"{text} answers {says!r}")


async def test_empty_and_over_long_fields_are_told_at_the_field(bot: Tocsin, people: Hands) -> None:
    await people.command("erin", "/incident declare")
    empty = await people.submit("erin", Title="", Severity="SEV1")
    assert "Title" in str(empty["errors"]) or "title" in str(empty["errors"])
    blank = await people.submit("erin", Title="   ", Severity="SEV1")
    assert blank["errors"]
    long = await people.submit("erin", Title="x" * 500, Severity="SEV1")
    assert long["errors"]
    assert await people.look("channels", **{"as": "erin"}) == [
        c for c in await people.channels("erin") if not c["name"].startswith("inc-")
    ]


async def test_home_shows_my_pages_incidents_and_who_is_on_call(bot: Tocsin, people: Hands) -> None:
    await declare(people)
    await people.sees("ana", "@Tocsin", "Checkout is down")
    home = await people.call("POST", "home", **{"as": "ana"})
    shown = str(home["view"])
    for part in ("Checkout is down", "INC-1", "payments", "Acknowledge"):
        assert part in shown, part
