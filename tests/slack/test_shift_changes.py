"""What people hear when shifts change hands, over the wire."""

from __future__ import annotations

from datetime import timedelta

from bot.core.catalogue import Catalogue
from bot.core.ids import ScheduleId, UserId
from bot.store import shift_watches
from bot.usecases import overrides
from tests.slack.office import Hands, Office, eventually

PRIMARY = ScheduleId("payments-primary")


def user(catalogue: Catalogue, name: str) -> UserId:
    return next(
        person.user_id for person in catalogue.people.values() if person.id == name and person.user_id
    )


async def watched(office: Office) -> None:
    """Wait until the program knows who is on call."""

    async def known() -> bool:
        async with office.db.read() as conn:
            return PRIMARY in await shift_watches.every(conn)

    await eventually(known, "the schedules are watched")


async def forward(office: Office, **by: float) -> None:
    office.clock.forward(timedelta(**by))
    office.engine.wake("handoff")


async def test_a_hand_off_is_told_before_at_its_beginning_and_at_its_end(
    office: Office, people: Hands
) -> None:
    await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate above 5 %")
    await watched(office)
    await forward(office, hours=31)  # Sunday 09:47
    soon = await people.sees("bob", "You are on call for payments-primary")
    assert [one["text"] for one in soon["buttons"]] == ["Ask for cover…", "Swap…"]
    await forward(office, hours=24)  # Monday 09:47
    begun = await people.sees("bob", "You are on call for payments-primary now")
    assert "after @Ana" in begun["plain"] or "after @ana" in begun["plain"]
    assert "Open now: 1 page." in begun["plain"]
    assert "Error rate above 5 %" in begun["plain"]
    over = await people.sees("ana", "You are off call for payments-primary")
    assert "has it" in over["plain"]
    mend = await people.sees("frank", "Your paging needs you")  # he is the admin, and it is Monday
    assert "• Team payments has no owner who hears of its gaps." in mend["plain"]


async def test_whoever_takes_over_is_told_so(office: Office, people: Hands) -> None:
    await watched(office)
    catalogue = office.catalogue()
    await overrides.take(office.db, catalogue, PRIMARY, user(catalogue, "bob"), timedelta(hours=2))
    assert (
        "Nothing is open" in (await people.sees("bob", "You are on call for payments-primary now"))["plain"]
    )
    await people.sees("ana", "You are off call for payments-primary")


async def test_an_override_that_begins_now_is_told_once_to_each_with_who_arranged_it(
    office: Office, people: Hands
) -> None:
    await watched(office)

    async def heard(name: str, number: int) -> str:
        """All that they were told about being on call, once it is `number` messages."""
        await people.sees(name, "call for payments-primary")
        await office.quiet()
        found = [m["plain"] for m in await people.messages(name) if "call for payments-primary" in m["plain"]]
        assert len(found) == number, found
        return str(found[-1])

    typed = "/oncall override payments-primary @bob now for 2 h because Ana travels."
    await people.command("dave", typed)
    for name, state in (("bob", "You are on call"), ("ana", "You are off call")):
        assert state in await heard(name, 1)
        assert "@dave arranged it: Ana travels." in await heard(name, 1)
    await people.click("dave", "Take it back", "#general")
    await people.sees("ana", "took the override back")
    for name, state in (("bob", "You are off call"), ("ana", "You are on call")):
        assert state in await heard(name, 2)
        assert "@dave took the override back." in await heard(name, 2)


async def test_a_note_passes_from_one_shift_to_the_next(office: Office, people: Hands) -> None:
    page = await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate above 5 %")
    await people.click("ana", "Acknowledge", "@Tocsin")
    await watched(office)
    await forward(office, hours=55)  # Monday 09:47
    await people.sees("ana", "You are off call for payments-primary")
    await people.sees("bob", "You are on call for payments-primary now")

    async def offered() -> bool:
        return "off call" in (await people.messages("ana"))[-1]["plain"]

    await eventually(offered, "the latest message is the hand-off's")
    await people.click("ana", "Leave a hand-off note", "@Tocsin")
    forms = await people.look("views", **{"as": "ana"})
    typed = next(block["element"] for block in forms[0]["blocks"] if block["type"] == "input")
    drafted = f"1 page, 1 at night. Taken by Ana (1).\nOpen: P-{page.id} Error rate above 5 %"
    assert typed["initial_value"] == drafted
    await people.submit("ana", note="The deploy is rolled back; watch the queue")
    told = await people.sees("bob", "left you a hand-off note")
    assert "watch the queue" in told["plain"]
    for who, asked in (("carol", "who payments-primary"), ("bob", "me")):
        answered = await people.command(who, f"/oncall {asked}")
        assert "Hand-off note for payments-primary from @ana" in answered["reply"]["plain"]
        assert "watch the queue" in answered["reply"]["plain"]
    await people.sees("ana", "Whoever is on call now has been told")


async def test_the_admin_hears_at_once_that_somebody_on_call_has_left(office: Office, people: Hands) -> None:
    await watched(office)
    await people.do("people", name="bob", deactivated=True)
    told = await people.sees("frank", "is on call next for payments-primary")
    assert "their Slack account is deactivated" in told["plain"]


async def test_on_monday_the_admin_hears_of_the_same_in_the_digest(office: Office, people: Hands) -> None:
    await people.do("people", name="bob", deactivated=True)
    await watched(office)
    await people.sees("frank", "is on call next for payments-primary")
    await forward(office, hours=56)
    told = await people.sees("frank", "Your schedules need you")
    assert "1 schedule with a problem" in told["plain"]
    assert "Bob is on call" in told["plain"]


async def test_whoever_comes_on_call_is_told_whether_they_can_be_woken_and_tests_it(
    office: Office, people: Hands
) -> None:
    await people.do("people", name="bob", dnd=True)
    await watched(office)
    await forward(office, hours=55)
    begun = await people.sees("bob", "Can you be woken tonight?")
    assert "Slack rings nothing for you" in begun["plain"]
    assert "You have never tested" in begun["plain"]
    dave = await people.sees("dave", "Can you be woken tonight?")
    assert "you have no Do Not Disturb hours" in dave["plain"]
    await people.click("dave", "Test it now", "@Tocsin")
    await people.sees("dave", "This is a test")
    await people.click("dave", "I heard it", "@Tocsin")
    test = await people.sees("dave", "Good: you answered the test")
    assert not test["buttons"]

    async def says_so() -> bool:
        shown = next(m for m in await people.messages("dave") if m["ts"] == dave["ts"])
        return [one["text"] for one in shown["buttons"]] == [
            "Leave a hand-off note"
        ] and "You heard" in shown["plain"]

    await eventually(says_so, "the message that offered the test says that it was heard")
    assert sum("Good: you answered" in m["plain"] for m in await people.messages("dave")) == 1


async def test_without_the_right_to_see_quiet_hours_the_shift_is_told_all_the_same(
    office: Office, people: Hands
) -> None:
    for method in ("dnd.info", "dnd.teamInfo"):
        await people.fault(method=method, error="missing_scope")
    await watched(office)
    await forward(office, hours=55)
    assert "Slack does not tell me" in (await people.sees("bob", "Can you be woken tonight?"))["plain"]


async def test_quiet_hours_are_read_daily_in_one_call_and_known_when_a_shift_begins(
    office: Office, people: Hands
) -> None:
    await people.do("people", name="bob", dnd=True)
    await people.fault(method="dnd.info", error="fatal_error")
    await watched(office)
    await office.quiet()
    assert len(await people.calls("dnd.teamInfo")) == 1
    await forward(office, hours=25)
    await asked_twice(people)
    await forward(office, hours=30)
    begun = await people.sees("bob", "Can you be woken tonight?")
    assert "Slack rings nothing for you" in begun["plain"]


async def asked_twice(people: Hands) -> None:
    async def twice() -> bool:
        return len(await people.calls("dnd.teamInfo")) == 2

    await eventually(twice, "Slack is asked again a day later")
