"""Cover and swaps, asked and answered in DMs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.core.ids import ScheduleId, UserId
from bot.usecases import covers, swaps
from bot.usecases.covers import AskForCover
from bot.usecases.swaps import Given
from tests.slack.office import Hands, Office

PRIMARY = ScheduleId("payments-primary")


def user(office: Office, name: str) -> UserId:
    return next(
        person.user_id
        for person in office.catalogue().people.values()
        if person.id == name and person.user_id
    )


async def ask_for_cover(office: Office) -> None:
    """Ana asks Bob and Carol for Saturday from 10:00 to 18:00."""
    ten = office.clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    people = user(office, "bob"), user(office, "carol")
    request = AskForCover(PRIMARY, ten, ten + timedelta(hours=8), people, "dentist")
    await covers.ask(office.db, office.catalogue(), request, user(office, "ana"))


async def test_two_who_take_the_same_cover_at_once(office: Office, people: Hands) -> None:
    await ask_for_cover(office)
    for name in ("bob", "carol"):
        asked = await people.sees(name, "asks for cover of payments-primary")
        assert "dentist" in asked["plain"]
        assert [button["text"] for button in asked["buttons"]] == ["I take it", "I can't"]
    await asyncio.gather(*(people.click(name, "I take it", "@Tocsin") for name in ("bob", "carol")))
    await office.quiet()
    seen = {
        name: "\n".join(message["plain"] for message in await people.messages(name))
        for name in ("bob", "carol")
    }
    winner = next(name for name in seen if "You take it: pages of that time come to you" in seen[name])
    loser = "carol" if winner == "bob" else "bob"
    assert f"{winner} was quicker and takes it" in seen[loser].lower()
    assert "takes your time on call" in (await people.sees("ana", "takes your time"))["plain"]
    copies = [await people.messages(name) for name in ("ana", winner, loser)]
    assert all(not message["buttons"] for messages in copies for message in messages)


async def test_a_late_click_on_a_cover_says_who_has_it_to_each_of_them(office: Office, people: Hands) -> None:
    await ask_for_cover(office)
    await people.sees("bob", "asks for cover")
    await people.click("bob", "I take it", "@Tocsin")
    await people.sees("bob", "You take it")
    await people.click("bob", "I can't", "@Tocsin", stale=True)
    assert (
        "If you can't, ask for cover yourself." in (await people.sees("bob", "You have it already"))["plain"]
    )
    await people.click("ana", "Withdraw", "@Tocsin", stale=True)
    assert "so you are not on call then" in (await people.sees("ana", "has taken it already"))["plain"]


async def test_whoever_asks_sees_who_declined_and_can_withdraw(office: Office, people: Hands) -> None:
    await ask_for_cover(office)
    await people.sees("bob", "asks for cover")
    await people.click("bob", "I can't", "@Tocsin")
    assert "@bob" in (await people.sees("ana", "Declined:"))["plain"].split("Declined:")[1]
    await people.sees("carol", "asks for cover")
    await people.click("ana", "Withdraw", "@Tocsin")
    gone = await people.sees("carol", "Withdrawn")
    assert not gone["buttons"]


async def test_a_swap_is_proposed_and_agreed(office: Office, people: Hands) -> None:
    ten = office.clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    tuesday = ten + timedelta(days=3)
    mine = Given(PRIMARY, ten, ten + timedelta(hours=8))
    theirs = Given(PRIMARY, tuesday, tuesday + timedelta(hours=8))
    await swaps.propose(
        office.db, office.catalogue(), mine, user(office, "bob"), theirs, user(office, "ana"), "concert"
    )
    await people.sees("bob", "proposes a swap")
    await people.click("bob", "Agree", "@Tocsin")
    await people.sees("bob", "Agreed: both shifts have changed hands")
    assert "agrees to the swap" in (await people.sees("ana", "agrees to the swap"))["plain"]
