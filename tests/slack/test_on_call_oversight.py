"""`/oncall gaps`, `load`, `me` and `page`."""

from __future__ import annotations

from datetime import timedelta

from tests.slack.office import Hands, Office
from tests.slack.test_on_call_commands import told


async def test_somebody_is_paged_with_a_reason_until_they_acknowledge(office: Office, people: Hands) -> None:
    done = await told(people, "dave", "page @bob checkout is full of errors")
    assert "P-1 checkout is full of errors: @bob is paged now" in done
    assert not [m for m in await people.messages("ana") if "full of errors" in m["plain"]]
    await people.sees("bob", "checkout is full of errors")
    await people.click("bob", "Acknowledge", "@Tocsin")
    over = await people.click("dave", "Resolve", "#general")
    assert "P-1" in str(over)
    await people.sees("bob", "Resolved")


async def test_a_service_is_paged_as_by_an_alert_and_once(office: Office, people: Hands) -> None:
    done = await told(people, "dave", "page checkout and @carol everything is slow")
    assert "@ana is paged now" in done
    assert "@carol is paged now" in done
    await people.sees("ana", "everything is slow")
    await people.sees("carol", "everything is slow")
    again = await told(people, "erin", "page checkout it is still slow")
    assert "is open for that service already, so nobody was paged twice: @ana is being paged" in again


async def test_a_page_by_the_form(office: Office, people: Hands) -> None:
    opened = await people.command("dave", "/oncall page")
    assert opened["view"]["callback_id"] == "on_call_page"
    wrong = await people.submit("dave", **{"What is it about?": "help"})
    assert "at least one person, team, user group or service" in wrong["errors"]["people"]
    await people.submit("dave", People=["frank"], **{"What is it about?": "the cables are cut"})
    await people.sees("frank", "the cables are cut")
    await people.sees("dave", "@frank is paged now", "#general")


async def test_whom_nobody_knows_is_not_paged(office: Office, people: Hands) -> None:
    assert "I know no person, team or service" in await told(people, "dave", "page zoltan the wall is down")
    assert "Did you mean bob?" in await told(people, "dave", "page bobb the wall is down")


async def test_gaps_are_listed_with_a_button_that_fills_them(office: Office, people: Hands) -> None:
    assert "Somebody is on call all the time" in await told(people, "carol", "gaps")
    now = office.clock.now()
    for who in ("ana", "bob"):
        await told(people, who, f"away {now:%Y-%m-%d} 12:00 until {now + timedelta(days=1):%Y-%m-%d} 12:00")
    found = await told(people, "carol", "gaps payments")
    assert "⚠ payments-primary from Sat 21 Nov 11:00 UTC until Sun 22 Nov 11:00 UTC" in found
    filled = await people.click("carol", "Override…", "#general")
    assert filled["view"]["callback_id"] == "on_call_override"
    await people.submit("carol", **{"Who is on call": "dave"})
    await people.sees("dave", "You are on call for payments-primary")
    assert "all the time" in await told(people, "carol", "gaps payments")
    assert "I know no schedule or team" in await told(people, "carol", "gaps zoltan")


async def test_the_load_counts_hours_by_kind_and_pages_of_the_night(office: Office, people: Hands) -> None:
    await office.page("Error rate above 5 %")
    await people.sees("ana", "Error rate")
    shown = await told(people, "frank", "load payments")
    ana = next(line for line in shown.splitlines() if line.startswith("@ana"))
    assert ana.startswith("@ana 1 page, 1 at night · ")
    assert "working" in ana
    assert "weekend" in ana
    bob = next(line for line in shown.splitlines() if line.startswith("@bob"))
    assert bob.startswith("@bob 0 pages · 3")
    assert "@erin" not in shown


async def test_me_shows_shifts_questions_and_time_off_with_their_buttons(
    office: Office, people: Hands
) -> None:
    await told(people, "ana", "cover today because dentist")
    await told(people, "bob", "away 2026-12-24 until 2026-12-26 because family")
    shown = await people.command("bob", "/oncall me")
    text = shown["reply"]["plain"]
    for part in ("Europe/Stockholm", "payments-primary", "family", "asks for cover"):
        assert part in text, part
    assert "Slack rings for you at all hours" in text
    assert "You have never tested whether you hear a page" in text
    offered = [button["text"] for button in shown["reply"]["buttons"]]
    assert "Test it now" in offered
    assert offered[-3:] == ["Take back", "I take it", "I can't"]
    taken = await people.click("bob", "I take it", "#general")
    assert "You take it" in str(taken)
    await people.sees("ana", "takes your time on call")


async def test_me_warns_of_do_not_disturb(office: Office, people: Hands) -> None:
    await people.do("dnd", **{"as": "bob", "start": "22:00", "end": "07:00"})
    assert "Slack rings nothing for you" in await told(people, "bob", "me")
