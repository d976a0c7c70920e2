"""Feeds are made and revoked, and one's own calendar is linked, in one form."""

from __future__ import annotations

import re
from typing import Any

from bot.store import calendars
from tests.slack.office import Hands, Office


def addresses(view: dict[str, Any]) -> list[str]:
    return re.findall(r"https://tocsin\.example\.com/v1/feeds/[^\s>|\"\\]+\.ics", str(view))


async def test_a_feed_of_my_shifts_is_made_and_revoked(office: Office, people: Hands) -> None:
    opened = await people.command("ana", "/oncall calendar")
    assert addresses(opened["view"]) == []
    made = await people.click("ana", "Feed of my shifts", view=opened["view"]["id"])
    assert made["acked"]
    shown = (await people.look("views", **{"as": "ana"}))[0]
    assert len(set(addresses(shown))) == 1
    await people.click("ana", "Revoke", view=shown["id"])
    again = (await people.look("views", **{"as": "ana"}))[0]
    assert addresses(again) == []


async def test_my_calendar_is_linked_and_unlinked(office: Office, people: Hands) -> None:
    await people.command("ana", "/oncall calendar")
    wrong = await people.submit("ana", **{"Address of your calendar": "my calendar"})
    assert "begins with https://" in str(wrong["errors"])
    await people.submit("ana", **{"Address of your calendar": "webcal://calendar.example.com/ana.ics"})
    await people.sees("ana", "calendar.example.com is linked", "#general")
    person = office.catalogue().people
    me = next(one.id for one in person.values() if one.slack == "ana")
    async with office.db.read() as conn:
        linked = await calendars.of_person(conn, me)
    assert linked and linked.url == "https://calendar.example.com/ana.ics"
    opened = await people.command("ana", "/oncall calendar")
    assert "ana.ics" not in str(opened["view"]), "the address is a secret"
    await people.click("ana", "Unlink", view=opened["view"]["id"])
    async with office.db.read() as conn:
        assert await calendars.of_person(conn, me) is None
