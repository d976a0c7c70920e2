"""Slack user groups follow who is on call: at the change of shift, at an override, and after somebody's own change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, TeamId, UserId
from bot.core.schedule import GroupChanges, Layer
from bot.usecases import overrides, swaps
from bot.usecases.swaps import Given
from tests.slack.office import Hands, Office, eventually
from tests.slack.test_on_call_commands import told

PRIMARY, SECONDARY = ScheduleId("payments-primary"), ScheduleId("payments-secondary")
HANDLE = "@payments-oncall"
TO_MONDAY_NINE = timedelta(days=2, hours=6, minutes=14)
"""From Saturday 02:47, when ana is on call, until after Monday 09:00, when bob is."""


def feeding(*schedules: ScheduleId, **settings: Any) -> Callable[[Catalogue], Catalogue]:
    """The company whose schedules feed the group."""

    def change(company: Catalogue) -> Catalogue:
        fed = {
            key: replace(schedule, user_groups=(HANDLE,), **settings) if key in schedules else schedule
            for key, schedule in company.schedules.items()
        }
        return replace(company, schedules=fed)

    return change


async def members(people: Hands) -> list[str]:
    found = [group for group in await people.look("usergroups") if group["handle"] == HANDLE.lstrip("@")]
    return list(found[0]["members"]) if found else []


async def group_is(people: Hands, *names: str) -> None:
    async def holds() -> bool:
        return await members(people) == list(names)

    await eventually(holds, f"the group holds {names}")


def user(office: Office, name: str) -> UserId:
    found = office.catalogue().user_id(PersonId(name))
    assert found is not None
    return found


async def test_a_group_that_slack_lacks_is_made_and_changes_at_the_shift(
    office: Office, people: Hands
) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    office.clock.forward(TO_MONDAY_NINE)
    await group_is(people, "bob")
    await office.quiet()
    assert len(await people.calls("usergroups.create")) == 1


async def test_who_is_in_the_group_is_asked_by_its_mention(office: Office, people: Hands) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    group = next(one for one in await people.look("usergroups") if one["handle"] == HANDLE.lstrip("@"))
    await eventually(lambda: known(office, HANDLE), "Slack's answer is known")
    shown = await told(people, "carol", f"who <!subteam^{group['id']}|{HANDLE}> mon 10:00")
    assert "payments-primary @bob until" in shown
    assert "payments-secondary" not in shown
    other = await people.do("usergroups", handle="dba", members=["dave"])
    nobody = await told(people, "carol", f"who <!subteam^{other['id']}|@dba>")
    assert "@dba has no schedule and no escalation policy" in nobody


async def test_an_override_is_in_the_group_at_once_and_goes_when_it_ends(
    office: Office, people: Hands
) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    now = office.clock.now()
    await overrides.override(
        office.db,
        office.catalogue(),
        PRIMARY,
        user(office, "dave"),
        now + timedelta(seconds=1),
        now + timedelta(hours=8),
        user(office, "dave"),
    )
    await group_is(people, "dave")
    office.clock.forward(timedelta(hours=8))
    await group_is(people, "ana")


async def jump(office: Office, **by: float) -> None:
    """Once nothing is under way any more."""
    await office.quiet()
    office.clock.forward(timedelta(**by))


async def test_the_group_follows_a_cover_when_its_time_comes_and_back(office: Office, people: Hands) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    await told(people, "ana", "cover today 10:00-18:00 because dentist")
    await people.sees("bob", "asks for cover")
    await people.click("bob", "I take it", "@Tocsin")
    await people.sees("ana", "takes your time on call")
    await office.quiet()
    assert await members(people) == ["ana"]
    await jump(office, hours=8)
    await group_is(people, "bob")
    await jump(office, hours=8)
    await group_is(people, "ana")


async def test_the_group_follows_both_halves_of_a_swap(office: Office, people: Hands) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    ten = office.clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    saturday = Given(PRIMARY, ten, ten + timedelta(hours=8))
    tuesday = Given(PRIMARY, ten + timedelta(days=3), ten + timedelta(days=3, hours=8))
    ana, bob = user(office, "ana"), user(office, "bob")
    await swaps.propose(office.db, office.catalogue(), saturday, bob, tuesday, ana, "concert")
    await people.sees("bob", "proposes a swap")
    await people.click("bob", "Agree", "@Tocsin")
    await people.sees("ana", "agrees to the swap")
    for hours, name in ((8, "bob"), (8, "ana"), (38.5, "bob"), (26, "ana"), (8, "bob")):
        await jump(office, hours=hours)
        await group_is(people, name)


async def test_whoever_takes_over_is_in_the_group_at_once_and_for_that_long(
    office: Office, people: Hands
) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    await told(people, "bob", "take payments-primary for 2 h")
    await group_is(people, "bob")
    await jump(office, hours=2)
    await group_is(people, "ana")


async def test_the_group_has_whoever_stands_in_for_somebody_who_is_away(
    office: Office, people: Hands
) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    await told(people, "ana", "away now for 3 h because dentist")
    await group_is(people, "bob")
    await people.click("ana", "Take it back", "#general")
    await group_is(people, "ana")
    await told(people, "ana", "away now for 3 h")
    await group_is(people, "bob")
    await jump(office, hours=3)
    await group_is(people, "ana")


async def test_two_schedules_feed_one_group_in_their_order(office: Office, people: Hands) -> None:
    await office.configure(feeding(PRIMARY, SECONDARY))
    await group_is(people, "ana", "carol")
    office.clock.forward(TO_MONDAY_NINE)
    await group_is(people, "bob", "dave")


async def test_a_change_by_hand_is_undone_and_whoever_made_it_hears_why(
    office: Office, people: Hands
) -> None:
    await office.configure(feeding(PRIMARY))
    await group_is(people, "ana")
    await office.quiet()
    await people.do("usergroups", **{"handle": HANDLE, "members": ["erin"], "as": "frank"})
    told = await people.sees("frank", "so I put it back")
    assert "payments-primary" in told["plain"] and "@ana" in told["plain"]
    await group_is(people, "ana")
    await office.quiet()
    assert sum("put it back" in message["plain"] for message in await people.messages("frank")) == 1


async def test_a_change_by_hand_is_respected_until_the_next_change_of_shift(
    office: Office, people: Hands
) -> None:
    await office.configure(feeding(PRIMARY, user_group_changes=GroupChanges.RESPECT))
    await group_is(people, "ana")
    await office.quiet()
    await people.do("usergroups", **{"handle": HANDLE, "members": ["erin"], "as": "frank"})
    await people.sees("frank", "stays as you set it")
    await office.quiet()
    assert await members(people) == ["erin"]
    office.clock.forward(TO_MONDAY_NINE)
    await group_is(people, "bob")


async def test_while_nobody_is_on_call_the_last_members_stay_and_the_owner_hears_why(
    office: Office, people: Hands
) -> None:
    def until_sunday(company: Catalogue) -> Catalogue:
        found = feeding(PRIMARY, owner=PersonId("erin"))(company)
        schedule = found.schedules[PRIMARY]
        layers = tuple(
            replace(layer, ends_on=office.clock.now().date() + timedelta(days=1))
            for layer in schedule.layers
            if isinstance(layer, Layer)
        )
        return replace(found, schedules={**found.schedules, PRIMARY: replace(schedule, layers=layers)})

    await office.configure(until_sunday)
    await group_is(people, "ana")
    await office.quiet()
    office.clock.forward(timedelta(days=2))
    told = await people.sees("erin", "keeps its last members")
    assert "Nobody is on call for payments-primary now" in told["plain"] and "@ana" in told["plain"]
    assert await members(people) == ["ana"]


async def test_without_user_groups_the_admins_hear_it_once_and_all_else_works(
    office: Office, people: Hands
) -> None:
    for method in ("usergroups.list", "usergroups.create", "usergroups.users.update"):
        await people.fault(method=method, error="paid_teams_only")
    await office.configure(feeding(PRIMARY))
    office.clock.forward(timedelta(hours=16))
    await people.sees("frank", "This Slack plan has no user groups")
    for _ in range(3):
        office.clock.forward(timedelta(hours=23))
        await office.quiet()
    said = [m["plain"] for m in await people.messages("frank") if "no user groups" in m["plain"]]
    assert len(said) == 1
    await office.page()
    await people.sees("bob", "Error rate above 5 %")
    await (
        office.quiet()
    )  # a refusal under way would be settled after the jump, and tried again a day after it
    await people.mend()
    office.clock.forward(timedelta(hours=25))
    await group_is(people, "bob")


async def test_a_team_read_from_a_group_follows_it(office: Office, people: Hands) -> None:
    await people.do("usergroups", handle="payments-people", members=["erin"])

    def read_from(company: Catalogue) -> Catalogue:
        team = replace(company.teams[TeamId("payments")], members=(), members_from="@payments-people")
        return replace(company, teams={**company.teams, team.id: team})

    await office.configure(read_from)

    async def holds(*names: str) -> bool:
        team = office.catalogue().teams[TeamId("payments")]
        return {office.catalogue().user_id(member) for member in team.members} == {
            UserId(person.id)
            for person in office.sandbox.sandbox.workspace.people.values()
            if person.name in names
        }

    await eventually(lambda: holds("erin"), "the team is the group")
    await people.do("usergroups", handle="payments-people", members=["erin", "ana"])
    await eventually(lambda: holds("erin", "ana"), "the team follows the group")


async def test_a_user_group_is_paged_for_an_incident(office: Office, people: Hands) -> None:
    made = await people.do("usergroups", handle="dba", members=["dave", "erin"])
    await office.quiet()
    await eventually(lambda: known(office, "@dba"), "Slack has told of the group")
    await people.command("frank", "/incident declare Disk is full")
    await people.submit("frank", title="Disk is full", severity="SEV2")
    await people.channel("frank", "inc-1-")
    await people.command("frank", f"/incident page INC-1 <!subteam^{made['id']}|@dba>")
    await people.sees("dave", "Disk is full")
    await people.sees("erin", "Disk is full")


async def test_a_user_group_is_paged_without_an_incident_as_people_are(office: Office, people: Hands) -> None:
    made = await people.do("usergroups", handle="dba", members=["dave", "erin"])
    await eventually(lambda: known(office, "@dba"), "Slack has told of the group")
    done = await told(people, "frank", f"page <!subteam^{made['id']}|@dba> and @ana the disk is full")
    assert "P-1 the disk is full: @ana, @dave and @erin are paged now" in done
    for one in ("ana", "dave", "erin"):
        await people.sees(one, "the disk is full")
    await people.click("erin", "Acknowledge", "@Tocsin")
    await people.sees("dave", "acknowledged")
    assert not [m for m in await people.messages("carol") if "disk" in m["plain"]]


async def test_a_user_group_is_chosen_in_the_forms_that_page(office: Office, people: Hands) -> None:
    await people.do("usergroups", handle="dba", members=["dave"])
    await eventually(lambda: known(office, "@dba"), "Slack has told of the group")
    await people.command("frank", "/oncall page")
    await people.submit("frank", **{"Slack user groups": ["@dba"], "What is it about?": "the disk is full"})
    await people.sees("dave", "the disk is full")
    await people.command("frank", "/incident declare Disk is full")
    await people.submit("frank", title="Search is slow", severity="SEV3")
    await people.channel("frank", "inc-1-")
    await people.command("frank", "/incident page INC-1")
    await people.submit("frank", **{"Slack user groups": ["@dba"], "Note": "look at the indexes"})
    await people.sees("dave", "Search is slow")


async def test_a_user_group_is_asked_for_cover(office: Office, people: Hands) -> None:
    made = await people.do("usergroups", handle="dba", members=["ana", "erin", "frank"])
    await eventually(lambda: known(office, "@dba"), "Slack has told of the group")
    done = await told(people, "ana", f"cover today 10:00-11:00 <!subteam^{made['id']}|@dba> because dentist")
    assert "@erin" in done and "@frank" in done and "@bob" not in done
    await people.sees("erin", "asks for cover")
    await people.command("ana", "/oncall cover")
    starts = office.clock.now() + timedelta(hours=10)
    await people.submit(
        "ana", **{"Only from": int(starts.timestamp()), "Slack user groups": ["@dba"], "Ask": ["dave"]}
    )
    asked = await people.sees("dave", "asks for cover")
    assert "I take it" in [one["text"] for one in asked["buttons"]]

    async def twice() -> bool:
        return sum("asks for cover" in m["plain"] for m in await people.messages("frank")) == 2

    await eventually(twice, "Frank is asked for both")


async def test_a_user_group_that_slack_has_not_told_of_is_not_paged(office: Office, people: Hands) -> None:
    done = await told(people, "frank", "page <!subteam^S0UNKNOWN|@nobody> the disk is full")
    assert "Slack does not tell me who is in that user group" in done
    await people.do("usergroups", handle="dba", members=["erin"])
    await eventually(lambda: known(office, "@dba"), "Slack has told of the group")
    assert "Did you mean dba?" in await told(people, "frank", "page dbaa the disk is full")


async def known(office: Office, handle: str) -> bool:
    return handle in office.catalogue().user_groups
