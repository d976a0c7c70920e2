"""Schedules made and changed in Slack by two people, with every step over the wire."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.config.load import load
from bot.core.configuration import Owner
from bot.store import configuration as store
from bot.usecases import configuration
from tests.slack.office import Hands, Office, eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def configured(office: Office) -> Office:
    """The demo company's files, applied; Frank is an admin, Ana owns the team payments."""
    await configuration.apply_configuration(office.db, load(ROOT / "manifests" / "demo", {}))

    async def taken_up() -> bool:
        return office.catalogue().revision == 1

    await eventually(taken_up, "the applied configuration is taken up")
    return office


async def fields(people: Hands, who: str, **values: Any) -> dict[str, Any]:
    """Submit by `block_id`s, where `__` stands for a colon."""
    named = {name.replace("__", ":"): value for name, value in values.items()}
    answer: dict[str, Any] = await people.do("submit", **{"as": who, "fields": named})
    return answer


def texts(view: dict[str, Any]) -> str:
    return "\n".join(
        block["text"]["text"] for block in view["blocks"] if block["type"] in ("section", "header")
    )


async def new_schedule(people: Hands, who: str = "ana", name: str = "Payments nights") -> dict[str, Any]:
    """The form filled in, up to its preview."""
    await people.command(who, "/oncall schedules")
    await people.click(who, "New schedule")
    return await fields(
        people, who, name=name, team="payments", zone="Europe/London", people__0=["ana", "bob"]
    )


async def edit(people: Hands, who: str, name: str = "Payments nights") -> Any:
    await people.command(who, f"/oncall schedules {name}")
    return await people.click(who, "Edit")


def named(office: Office, view: dict[str, Any]) -> str:
    """With people by name."""
    shown = texts(view)
    for person in office.catalogue().people.values():
        shown = shown.replace(f"<@{person.user_id}>", f"@{person.id}")
    return shown


async def known(office: Office, name: str = "Payments nights") -> None:
    """Until the running copy has taken the change up."""

    async def taken_up() -> bool:
        return name in [one.name for one in office.catalogue().schedules.values()]

    await eventually(taken_up, f"the running copy knows {name}")


async def kept(office: Office, schedule: str = "payments-nights") -> Any:
    found = {one.key: one for one in await configuration.objects(office.db)}
    return found.get(schedule)


async def test_a_schedule_is_made_with_a_preview_before_anything_is_saved(
    configured: Office, people: Hands
) -> None:
    previewed = await new_schedule(people)
    assert previewed["response_action"] == "push"
    assert "Nothing is saved yet" in texts(previewed["view"])
    assert "Somebody is on call at any time of these two weeks" in texts(previewed["view"])
    assert await kept(configured) is None
    saved = await people.submit("ana")
    assert saved["response_action"] == "clear"
    assert (await kept(configured)).owner is Owner.SLACK
    assert "Payments nights is made" in str(await people.messages("ana", "#general"))
    await known(configured)
    listed = await people.command("ana", "/oncall schedules")
    assert "Payments nights" in texts(listed["view"])
    assert "made in Slack" in texts(listed["view"])
    assert "on_call.yml, line 3" in texts(listed["view"])


async def test_an_edit_shows_who_is_on_call_instead_of_whom(configured: Office, people: Hands) -> None:
    await new_schedule(people)
    await people.submit("ana")
    await known(configured)
    opened = await edit(people, "frank")
    assert opened["view"]["title"]["text"] == "Edit schedule"
    previewed = await fields(people, "frank", people__0=["ana", "carol"])
    assert "@carol instead of @bob" in named(configured, previewed["view"])
    await people.submit("frank")
    found = await kept(configured)
    assert found.body["layers"][0]["participants"] == [["ana"], ["carol"]]


async def test_a_schedule_made_from_the_home_feeds_the_user_group_that_was_chosen(
    configured: Office, people: Hands
) -> None:
    await people.do("usergroups", handle="payments-oncall", members=["erin"])

    async def told() -> bool:
        return "@payments-oncall" in configured.catalogue().user_groups

    await eventually(told, "Slack has told of the group")
    await people.do("home", **{"as": "ana"})
    await eventually(lambda: offered(people, "ana"), "the Home offers it")
    await people.click("ana", "Change schedules…", home=True)
    await people.click("ana", "New schedule")
    filled = {"name": "Payments nights", "team": "payments", "people__0": ["ana"]}
    await fields(people, "ana", **filled, user_groups=["@payments-oncall"])
    await people.submit("ana")
    await group_holds(people, "ana")
    assert (await kept(configured)).body["user_groups"] == ["@payments-oncall"]
    await known(configured)
    await edit(people, "ana")
    await fields(people, "ana", people__0=["carol"])
    await people.submit("ana")
    await group_holds(people, "carol")
    assert (await kept(configured)).body["user_groups"] == ["@payments-oncall"]


async def offered(people: Hands, who: str) -> bool:
    shown = await people.look("views", **{"as": who})
    return any("schedules_open" in str(view["blocks"]) for view in shown if view["type"] == "home")


async def group_holds(people: Hands, *names: str) -> None:
    async def holds() -> bool:
        found = await people.look("usergroups")
        return [one["members"] for one in found if one["handle"] == "payments-oncall"] == [list(names)]

    await eventually(holds, f"the group holds {names}")


async def test_what_the_form_does_not_ask_is_kept_when_it_is_edited(
    configured: Office, people: Hands
) -> None:
    await new_schedule(people)
    await people.submit("ana")
    more = {
        "announce": "#incidents",
        "remind_before": "PT2H",
        "user_groups": ["@nights-oncall"],
        "user_group_changes": "respect",
    }
    async with configured.db.write() as tx:
        one = await kept(configured)
        await store.put(tx.conn, [replace(one, body={**one.body, **more})], tx.now)
        await configuration.revise(tx)

    async def taken_up() -> bool:
        return any(
            one.announce == "#incidents"
            for one in configured.catalogue().schedules.values()
            if one.id == "payments-nights"
        )

    await eventually(taken_up, "the running copy knows it")
    before = (await kept(configured)).content()
    await edit(people, "ana")
    await fields(people, "ana", name="Late nights")
    await people.submit("ana")
    assert (await kept(configured)).content() == replace(before, name="Late nights")


async def test_two_edit_at_once_and_the_second_keeps_what_they_typed(
    configured: Office, people: Hands
) -> None:
    await new_schedule(people)
    await people.submit("ana")
    await known(configured)
    for name in ("ana", "frank"):
        await edit(people, name)
    await fields(people, "ana", people__0=["ana", "carol"])
    await fields(people, "frank", name="All nights", people__0=["ana", "dave"])
    await people.submit("ana")
    told = await people.submit("frank")
    assert told["response_action"] == "update"
    warning = texts(told["view"])
    assert "Nothing was saved" in warning
    assert "@ana" in named(configured, told["view"])
    assert "@dave instead of @carol" in named(configured, told["view"])
    assert (await kept(configured)).body["layers"][0]["participants"] == [["ana"], ["carol"]]
    await people.submit("frank")
    after = await kept(configured)
    assert (after.body["name"], after.body["layers"][0]["participants"]) == (
        "All nights",
        [["ana"], ["dave"]],
    )


async def test_back_from_the_preview_the_form_is_as_it_was_filled_in(
    configured: Office, people: Hands
) -> None:
    await new_schedule(people)
    await people.do("close", **{"as": "ana"})
    previewed = await people.submit("ana")
    assert "Payments nights" in texts(previewed["view"])


async def test_layers_and_own_hours_are_added_while_the_form_is_open(
    configured: Office, people: Hands
) -> None:
    await people.command("ana", "/oncall schedules")
    await people.click("ana", "New schedule")
    typed = {"name": "Follow the sun", "team": "payments", "people:0": ["ana"], "covers:0": "office"}
    added = await people.click("ana", "Add a layer", fields=typed)
    assert "Layer 2" in texts(added["view"])
    chosen = await people.click("ana", "covers:1", option="own", fields={"people:1": ["bob"]})
    assert "until:1" in [block.get("block_id") for block in chosen["view"]["blocks"]]
    refused = await fields(people, "ana", from__1="18:00", until__1="18:00")
    assert refused["errors"] == {"until:1": "It starts and ends at the same time. Choose a later end."}
    previewed = await fields(people, "ana", until__1="20:00", days__1=["monday"])
    assert "Nobody is on call for" in texts(previewed["view"])
    await people.submit("ana")
    layers = (await kept(configured, "follow-the-sun")).body["layers"]
    assert layers[0]["restrictions"] == [
        {"starts": "09:00:00", "ends": "17:00:00", "weekdays": [0, 1, 2, 3, 4]}
    ]
    assert layers[1]["restrictions"] == [{"starts": "18:00:00", "ends": "20:00:00", "weekdays": [0]}]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"name": "payments-primary"}, {"name": "payments-primary is declared in"}),
        ({"ends_on__0": "2026-01-01"}, {"ends_on:0": "The layer ends on 2026-01-01, but starts only on"}),
        ({"every__0": "1000", "starts_on__0": "2300-01-01"}, {"starts_on:0": "'2300-01-01' is not a date"}),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    configured: Office, people: Hands, values: dict[str, Any], errors: dict[str, str]
) -> None:
    await people.command("ana", "/oncall schedules")
    await people.click("ana", "New schedule")
    filled = {"name": "Nights", "team": "payments", "people__0": ["ana"]} | values
    refused = await fields(people, "ana", **filled)
    assert set(refused["errors"]) == set(errors)
    for field, sentence in errors.items():
        assert refused["errors"][field].startswith(sentence)
    assert await kept(configured, "nights") is None


async def test_a_new_schedule_is_for_the_team_that_one_owns(configured: Office, people: Hands) -> None:
    await people.command("ana", "/oncall schedules")
    await people.click("ana", "New schedule")
    previewed = await fields(people, "ana", name="Nights", people__0=["ana"])
    assert previewed["response_action"] == "push"


async def test_whoever_may_not_is_told_whom_to_ask(configured: Office, people: Hands) -> None:
    refused = await new_schedule(people, "bob")
    assert refused["errors"] == {
        "name": "Only admins may make schedules, and a team's owner, for the team. Ask Ana Torres or Frank Sato. "
        "Nothing was changed."
    }


async def test_a_declared_schedule_says_where_and_has_no_buttons(configured: Office, people: Hands) -> None:
    await people.command("frank", "/oncall schedules payments-primary")
    opened = await people.click("frank", "Open")
    shown = str(opened["view"]["blocks"])
    assert "on_call.yml, line 3. Change it there" in shown
    assert "schedule_edit" not in shown
    assert "The next two weeks" in shown


async def test_a_schedule_is_edited_and_deleted_from_its_own_view(configured: Office, people: Hands) -> None:
    await new_schedule(people)
    await people.submit("ana")
    await known(configured)
    await people.command("ana", "/oncall schedules payments nights")
    await people.click("ana", "Open")
    form = await people.click("ana", "Edit")
    assert form["view"]["callback_id"] == "schedule"
    previewed = await fields(people, "ana", name="Late nights")
    assert previewed["response_action"] == "push"
    await people.submit("ana")
    assert (await kept(configured)).body["name"] == "Late nights"
    await known(configured, "Late nights")
    await people.command("ana", "/oncall schedules late")
    await people.click("ana", "Open")
    deleted = await people.click("ana", "Delete")
    assert "Late nights is deleted" in str(deleted["view"])
    assert await kept(configured) is None


async def test_somebody_who_goes_is_refused_with_their_places_and_then_replaced(
    configured: Office, people: Hands
) -> None:
    await new_schedule(people)
    await people.submit("ana")
    await known(configured)
    await people.command("frank", "/oncall remove @bob")
    view = (await people.look("views", **{"as": "frank"}))[-1]
    assert "schedule Payments nights, layer 1" in texts(view)
    assert "schedule payments-primary, layer 1: declared in" in texts(view)
    assert "line 3, and changed there" in texts(view)
    refused = await people.submit("frank")
    assert refused["errors"]["replacement"].startswith("Bob Lindqvist is still needed: ")
    assert "schedule Payments nights, layer 1" in refused["errors"]["replacement"]
    await fields(people, "frank", replacement="dave")
    told = await people.sees("frank", "takes over from", "#general")
    assert "@dave takes over from @bob on Payments nights" in told["plain"]
    assert "on_call.yml" in told["plain"]
    assert (await kept(configured)).body["layers"][0]["participants"] == [["ana"], ["dave"]]


async def test_without_a_name_it_asks_who_goes(configured: Office, people: Hands) -> None:
    await people.command("frank", "/oncall schedules")
    await people.click("frank", "Replace a person…")
    done = await fields(people, "frank", person="erin")
    assert done["response_action"] == "clear"
    assert "Nothing in Slack needed @erin" in (await people.sees("frank", "needed", "#general"))["plain"]
    refused = await people.command("frank", "/oncall remove xavier")
    assert 'I know nobody called "xavier"' in refused["reply"]["text"]


async def test_a_deactivated_account_is_told_with_a_button_that_replaces(
    configured: Office, people: Hands
) -> None:
    await new_schedule(people)
    await people.submit("ana")
    await known(configured)
    await people.do("people", name="bob", deactivated=True)
    told = await people.sees("ana", "their Slack account is deactivated")
    assert [button["text"] for button in told["buttons"]] == ["Replace them"]
    opened = await people.click("ana", "Replace them", "@Tocsin")
    assert "schedule Payments nights, layer 1" in texts(opened["view"])
    await fields(people, "ana", replacement="carol")
    await people.sees("ana", "@carol takes over from @bob on Payments nights")
    assert (await kept(configured)).body["layers"][0]["participants"] == [["ana"], ["carol"]]
