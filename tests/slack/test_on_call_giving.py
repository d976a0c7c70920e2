"""Shifts that change hands: cover, swap, take over now, time off; typed and filled in, seen at once, paged at once."""

from __future__ import annotations

from tests.slack.office import Hands, Office
from tests.slack.test_on_call_commands import told
from tests.slack.test_shift_changes import watched


async def test_cover_is_asked_for_by_command_and_accepted_by_another(office: Office, people: Hands) -> None:
    asked = await told(people, "ana", "cover today because dentist")
    assert "You ask @bob for cover of payments-primary" in asked
    assert "dentist" in (await people.sees("bob", "asks for cover"))["plain"]
    await people.click("bob", "I take it", "@Tocsin")
    await people.sees("ana", "takes your time on call")
    assert "payments-primary @bob (cover) until" in await told(people, "carol", "who payments-primary")
    await office.page("Error rate above 5 %")
    await people.sees("bob", "Error rate")
    assert not [m for m in await people.messages("ana") if "Error rate" in m["plain"]]


async def test_cover_is_asked_for_by_the_form_of_a_part_of_a_shift(office: Office, people: Hands) -> None:
    opened = await people.command("ana", "/oncall cover")
    assert opened["view"]["callback_id"] == "on_call_cover"
    now = int(office.clock.now().timestamp())
    wrong = await people.submit("ana", **{"Only until": str(now + 90 * 86400)})
    assert "not within the shift" in wrong["errors"]["ends"]
    await people.submit("ana", **{"Only until": str(now + 7200), "Ask": ["dave"], "Reason": "lunch"})
    await people.sees("dave", "asks for cover of payments-primary")
    await people.sees("ana", "You ask @dave for cover", "#general")
    await people.click("dave", "I take it", "@Tocsin")
    await people.sees("ana", "takes your time")
    assert "@dave (cover)" in await told(people, "carol", "who payments-primary")


async def test_whoever_asked_withdraws_in_the_reply(office: Office, people: Hands) -> None:
    await told(people, "ana", "cover today")
    await people.sees("bob", "asks for cover")
    gone = await people.click("ana", "Withdraw", "#general")
    assert "Withdrawn: you stay on call" in str(gone)
    assert not (await people.sees("bob", "Withdrawn"))["buttons"]


async def test_two_shifts_are_swapped(office: Office, people: Hands) -> None:
    opened = await people.command("ana", "/oncall swap")
    assert "Choose a person" in str(opened["view"]["blocks"])
    chosen = await people.click("ana", "swap_person", option="bob")
    assert "You take" in str(chosen["view"]["blocks"])
    await people.submit("ana", Reason="a concert")
    proposed = await people.sees("bob", "proposes a swap")
    assert "a concert" in proposed["plain"]
    await people.click("bob", "Agree", "@Tocsin")
    await people.sees("ana", "agrees to the swap")
    assert "payments-primary @bob (swap) until" in await told(people, "carol", "who payments-primary")
    assert "@ana (swap)" in await told(people, "carol", "who payments-primary tue 10:00")
    await office.page("Error rate above 5 %")
    await people.sees("bob", "Error rate")


async def test_a_swap_with_somebody_without_shifts_is_refused_at_the_field(
    office: Office, people: Hands
) -> None:
    opened = await people.command("ana", "/oncall swap @frank")
    assert "has no shift in the next 60 days" in str(opened["view"]["blocks"])
    wrong = await people.submit("ana")
    assert "Choose somebody who has a shift" in wrong["errors"]["person"]
    assert "A swap is with one person" in await told(people, "ana", "swap @bob and @dave")
    nothing = await told(people, "frank", "swap @ana")
    assert "You have no shift in the next 60 days" in nothing


async def test_taking_over_now_pages_whoever_took(office: Office, people: Hands) -> None:
    await watched(office)
    done = await told(people, "bob", "take payments-primary for 2 h")
    assert "You are on call for payments-primary now" in done
    assert "instead of @ana, who hears so" in done
    await people.sees("ana", "You are off call for payments-primary")
    assert "@bob (took over) until Sat 21 Nov 04:47 UTC, then @ana" in await told(
        people, "carol", "who payments-primary"
    )
    await office.page("Error rate above 5 %")
    await people.sees("bob", "Error rate")
    await people.click("bob", "Give it back", "#general")
    assert "payments-primary @ana until" in await told(people, "carol", "who payments-primary")


async def test_the_card_of_an_open_page_names_whoever_is_paged_next_by_now(
    office: Office, people: Hands
) -> None:
    await office.page("Error rate above 5 %")
    await people.sees("ana", "Next: @carol (payments-secondary) is paged")
    await told(people, "dave", "take payments-secondary for 2 h")
    await people.sees("ana", "Next: @dave (payments-secondary) is paged")
    await people.click("dave", "Give it back", "#general")
    await people.sees("ana", "Next: @carol (payments-secondary) is paged")


async def test_taking_over_by_the_form(office: Office, people: Hands) -> None:
    opened = await people.command("bob", "/oncall take")
    assert opened["view"]["callback_id"] == "on_call_take"
    await watched(office)
    await people.submit("bob", For="30 min")
    await people.sees("ana", "You are off call for payments-primary")
    assert "@bob (took over) until Sat 21 Nov 03:17 UTC" in await told(
        people, "carol", "who payments-primary"
    )
    again = await told(people, "bob", "take payments-primary for 20 min")
    assert "You are on call all that time already" in again
    later = await told(people, "bob", "take payments-primary tomorrow 9:00-10:00")
    assert "Taking over begins now" in later
    too_long = await told(people, "bob", "take payments-primary for 9 days")
    assert "up to seven days" in too_long


async def test_time_off_is_entered_listed_and_taken_back(office: Office, people: Hands) -> None:
    done = await told(people, "ana", "away today because holidays")
    assert "You are away from" in done
    assert "payments-primary" in done
    assert "@bob stands in and hears so" in done
    await people.sees("bob", "is away, so you stand in")
    assert "@bob (for @ana, who is away)" in await told(people, "carol", "who payments-primary")
    opened = await people.command("ana", "/oncall away")
    assert "Away from" in str(opened["view"]["blocks"])
    assert "holidays" in str(opened["view"]["blocks"])
    redrawn = await people.click("ana", "Take back")
    assert "holidays" not in str(redrawn["view"]["blocks"])
    assert "payments-primary @ana until" in await told(people, "carol", "who payments-primary")


async def test_time_off_by_the_form_says_at_the_field_what_is_wrong(office: Office, people: Hands) -> None:
    now = int(office.clock.now().timestamp())
    await people.command("carol", "/oncall away")
    wrong = await people.submit("carol", **{"Away from": str(now + 7200), "Until": str(now + 60)})
    assert "ends before it begins" in wrong["errors"]["ends"]
    done = await people.submit("carol", **{"Until": str(now + 86400)})
    assert not done.get("errors")
    await people.sees("carol", "You are away", "#general")
