"""Tasks of an incident: typed, taken, done, and told to whoever comes late."""

from __future__ import annotations

from datetime import timedelta

from tests.slack.office import Hands, Office
from tests.slack.test_links_story import declared


async def test_a_typed_task_is_on_the_card_and_done_by_touch(office: Office, people: Hands) -> None:
    channel = await declared(people)
    done = await people.command("dave", "/incident task call the bank @bob due in 2 h", channel)
    assert "call the bank" in done["reply"]["plain"]
    assert "@bob" in done["reply"]["plain"]
    await people.sees("dave", "1 of 1 task open", channel)
    opened = await people.command("dave", "/incident task", channel)
    assert opened["view"]["callback_id"] == "tasks"
    assert "call the bank" in str(opened["view"]["blocks"])
    redrawn = await people.click("dave", "Done")
    assert "Reopen" in str(redrawn["view"]["blocks"])
    await people.sees("dave", "1 task, all done", channel)
    await people.click("dave", "Reopen")
    await people.sees("dave", "1 of 1 task open", channel)
    facts = await office.facts()
    assert [kind for kind in facts if kind.startswith("task_")] == [
        "task_added",
        "task_done",
        "task_reopened",
    ]


async def test_the_form_adds_a_task_and_a_menu_gives_it_to_somebody(office: Office, people: Hands) -> None:
    channel = await declared(people)
    await people.click("dave", "incident_more", channel, option="Tasks")
    refused = await people.do(
        "submit", **{"as": "dave", "fields": {"New task": "Call", "Due": "in two ours"}}
    )
    assert "don't understand" in str(refused["errors"])
    await people.submit("dave", **{"New task": "Call the bank", "Due": "tomorrow 9:30"})
    await people.sees("dave", "added a task: Call the bank", channel)
    await people.click("dave", "Tasks", channel)
    await people.click("dave", "Assign…", option="@carol")
    await people.sees("dave", "gave @carol a task", channel)
    assert "task_assigned" in await office.facts()


async def test_a_time_that_is_not_understood_adds_nothing(office: Office, people: Hands) -> None:
    channel = await declared(people)
    wrong = await people.command("dave", "/incident task call the bank due tomorrow noonish", channel)
    assert "No task was added" in wrong["reply"]["plain"]
    assert "task_added" not in await office.facts()


async def test_whoever_comes_late_is_told_the_open_tasks(office: Office, people: Hands) -> None:
    channel = await declared(people)
    await people.command("dave", "/incident lead me", channel)
    await people.command("dave", "/incident task rotate the keys", channel)
    office.clock.forward(timedelta(minutes=5))
    await people.command("erin", "/incident status INC-1")
    await people.click("erin", "Join", "#incidents")
    told = await people.sees("erin", "Welcome to INC-1", channel)
    assert told["ephemeral"]
    assert "rotate the keys" in told["plain"]
    assert "1 task is nobody's yet" in told["plain"]
    opened = await people.click("erin", "Tasks", channel, ts=told["ts"])
    assert opened["view"]["callback_id"] == "tasks"


async def test_the_runbook_is_shown_or_how_to_add_one(office: Office, people: Hands) -> None:
    channel = await declared(people)
    shown = await people.command("dave", "/incident runbook", channel)
    assert "https://wiki.example.com/checkout" in shown["reply"]["plain"]
    await people.click("dave", "incident_more", channel, option="More…")
    pushed = await people.click("dave", "Runbook")
    assert "wiki.example.com" in str(pushed["view"]["blocks"])


async def test_a_service_without_a_runbook_says_how_to_add_one(office: Office, people: Hands) -> None:
    opened = await people.command("dave", "/incident declare Search is down")
    assert opened["view"]
    await people.submit("dave", Severity="SEV2", Service="search")
    channel = f"#{(await people.channel('dave', 'inc-1-'))['name']}"
    none = await people.command("dave", "/incident runbook", channel)
    assert "No runbook is configured for search" in none["reply"]["plain"]
    assert "Add a link" in str(none["reply"]["buttons"])
