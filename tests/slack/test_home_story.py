"""The App Home over the wire: the week, another schedule, a gap that is taken, and what others change meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import Layer, TimeOfDay
from bot.core.week import monday_of
from bot.errors import Wrong
from bot.queries.people import UTC_ZONE
from bot.usecases import covers, overrides
from bot.usecases.covers import AskForCover
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_incident_story import declare
from tests.slack.test_on_call_questions import user

PRIMARY = ScheduleId("payments-primary")


def texts(view: dict[str, Any]) -> str:
    found = []
    for block in view["blocks"]:
        found += [block["text"]["text"]] if "text" in block else []
        found += [element["text"] for element in block.get("elements", []) if element["type"] == "mrkdwn"]
    return "\n".join(found)


async def home(people: Hands, who: str) -> dict[str, Any]:
    shown = await people.look("views", **{"as": who})
    return next(dict(view) for view in shown if view["type"] == "home")


async def home_shows(people: Hands, who: str, *wanted: str, but: str | None = None) -> str:
    """Without opening it again."""

    async def look() -> str:
        shown = texts(await home(people, who))
        return shown if all(text in shown for text in wanted) and (but is None or but not in shown) else ""

    return await eventually(look, f"{who}'s Home shows {wanted}")


async def set_hours(office: Office, ends: time) -> None:
    """payments-primary ends each day at that time, and Dave looks after it."""

    def change(known: Catalogue) -> Catalogue:
        schedule = known.schedules[PRIMARY]
        layers = tuple(
            replace(layer, restrictions=(TimeOfDay(time(0), ends),))
            for layer in schedule.layers
            if isinstance(layer, Layer)
        )
        mine = replace(schedule, layers=layers, owner=PersonId("dave"))
        return replace(known, schedules={**known.schedules, PRIMARY: mine})

    await office.configure(change)


async def test_the_week_can_be_turned_and_another_schedule_chosen(office: Office, people: Hands) -> None:
    await people.do("home", **{"as": "ana"})
    shown = texts(await home(people, "ana"))
    assert "*You are on call:* payments-primary" in shown
    assert "*payments-primary*" in shown
    assert "*Sat 21* (today)" in shown
    await people.click("ana", "Later ›", home=True)
    monday = monday_of(office.clock.now(), UTC_ZONE) + timedelta(days=7)
    await home_shows(people, "ana", f"*Mon {monday.day}*", "(not this week)", but="(today)")
    await people.click("ana", "Choose a schedule", home=True, option="payments-secondary")
    await home_shows(people, "ana", "*payments-secondary*", f"*Mon {monday.day}*")
    await people.click("ana", "This week", home=True)
    await home_shows(people, "ana", "*payments-secondary*", "(today)")


async def test_a_gap_is_seen_and_taken_with_one_tap(office: Office, people: Hands) -> None:
    await set_hours(office, time(22))
    await people.do("home", **{"as": "bob"})
    await people.do("home", **{"as": "dave"})
    await home_shows(people, "bob", "⚠ nobody", "*Nobody is on call* Sat 21")
    await home_shows(people, "dave", "30 gaps in the next 30 days")
    await people.click("bob", "Take it", home=True)
    await home_shows(people, "bob", "took it", but="*Nobody is on call* Sat 21")
    await home_shows(people, "dave", "29 gaps in the next 30 days")


async def test_a_gap_that_somebody_took_meanwhile_is_refused_kindly(office: Office) -> None:
    await set_hours(office, time(22))
    ten = office.clock.now().replace(hour=22, minute=0, second=0, microsecond=0)
    args = (office.db, office.catalogue(), PRIMARY, ten, ten + timedelta(hours=2))
    await overrides.take_gap(*args, user(office, "ana"))
    with pytest.raises(Wrong, match="Somebody is on call then by now"):
        await overrides.take_gap(*args, user(office, "bob"))


async def test_what_others_change_appears_without_opening_it_again(office: Office, people: Hands) -> None:
    await people.do("home", **{"as": "ana"})
    ten = office.clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    await overrides.override(
        office.db,
        office.catalogue(),
        PRIMARY,
        user(office, "bob"),
        ten,
        ten + timedelta(hours=8),
        user(office, "frank"),
        "Ana travels",
    )
    shown = await home_shows(people, "ana", "override by", "Ana travels")
    assert "Bob" in shown
    await office.page()
    await home_shows(people, "ana", "Error rate above 5 %")


async def test_a_question_is_answered_on_the_home(office: Office, people: Hands) -> None:
    await people.do("home", **{"as": "bob"})
    ten = office.clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    request = AskForCover(PRIMARY, ten, ten + timedelta(hours=8), (user(office, "bob"),), "dentist")
    await covers.ask(office.db, office.catalogue(), request, user(office, "ana"))
    await home_shows(people, "bob", "asks for cover", "dentist")
    await people.click("bob", "I take it", home=True)
    await home_shows(people, "bob", "· cover", but="asks for cover")


async def test_on_sqlite_an_unchanged_home_is_published_again_only_when_it_is_opened(
    office: Office, people: Hands
) -> None:
    await people.do("home", **{"as": "erin"})
    before = len(await people.calls("views.publish"))
    async with office.db.write() as tx:
        tx.touch_homes(user(office, "erin"))
    await office.quiet()
    assert len(await people.calls("views.publish")) == before
    await people.do("home", **{"as": "erin"})
    await office.quiet()
    assert len(await people.calls("views.publish")) == before + 1


async def test_an_open_home_warns_when_do_not_disturb_is_switched_on(office: Office, people: Hands) -> None:
    await people.do("home", **{"as": "ana"})
    await home_shows(people, "ana", "You are on call", but="Can you be woken?")
    await people.do("dnd", **{"as": "ana", "start": "22:00", "end": "07:00"})
    await home_shows(people, "ana", "Can you be woken?", "Slack rings nothing for you")


async def test_a_guest_sees_why_there_is_nothing_and_no_incident(office: Office, people: Hands) -> None:
    await people.do("people", name="gina", guest=True)
    await declare(people)
    shown = texts((await people.do("home", **{"as": "gina"}))["view"])
    assert "Only full members of this workspace" in shown
    assert "Checkout" not in shown
