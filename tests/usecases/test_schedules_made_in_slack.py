"""Schedules that people make, change and delete in Slack, in a real database beside those of files."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.config import drafts
from bot.config.dump import dump
from bot.config.load import load
from bot.core.configuration import Kind, Owner
from bot.core.ids import PersonId, PolicyId, ScheduleId, TeamId, UserId, by_user
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind
from bot.core.roster import resolve
from bot.core.schedule import Layer, RotationUnit, Schedule, on_call
from bot.core.schedule_facts import ScheduleChanged
from bot.errors import CannotStart, NotAllowed, Wrong
from bot.queries import schedules as queries
from bot.store import changes, directory, timeline
from bot.store import overrides as overrides_store
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.usecases import configuration, overrides, people, policies, schedules
from bot.usecases.schedules import Change, Outdated, Saved

ANA, BOB, CAROL, FRANK, GONE = (UserId(f"U{name}0001") for name in ("ANA", "BOB", "CAROL", "FRANK", "GONE"))
COMPANY = """
people: [{id: ana}, {id: bob}, {id: carol}, {id: frank}]
teams:
  - {id: payments, members: [ana, bob], owner: ana}
  - {id: platform, members: [frank]}
schedules:
  - {id: primary, team: payments, time_zone: UTC, participants: [ana], rotation: {unit: days},
     hand_off: "09:00", starts_on: 2026-01-05}
policies:
  - {id: standard, levels: [{targets: [{schedule: primary}]}]}
settings: {default_policy: standard, fallback_channel: "#incidents", admins: [frank]}
"""


def rotation(*people: str, starts_on: date = date(2026, 11, 16)) -> Layer:
    return Layer(tuple((PersonId(one),) for one in people), RotationUnit.WEEKS, 1, time(9), starts_on)


def nights(*people: str, name: str = "Nights") -> Schedule:
    return Schedule(
        ScheduleId("nights"), name, "Europe/London", (rotation(*people),), team=TeamId("payments")
    )


@pytest.fixture
async def company(database: Database, tmp_path: Path) -> Database:
    """The company of the files, with everybody's account."""
    file = tmp_path / "company.yml"
    file.write_text(COMPANY)
    loaded = load(file)
    assert loaded.problems == ()
    accounts = (("ana", ANA), ("bob", BOB), ("carol", CAROL), ("frank", FRANK), ("gone", GONE))
    async with database.write() as tx:
        users = [
            SlackUser(
                user, "T1", name, name, "", "UTC", deleted=name == "gone", is_bot=False, is_restricted=False
            )
            for name, user in accounts
        ]
        await directory.save(tx.conn, users)
    await configuration.apply_configuration(database, loaded)
    return database


async def version(db: Database, schedule: str = "nights") -> str:
    found = {one.key: one for one in await configuration.objects(db)}
    return found[schedule].digest


async def who(db: Database, at: datetime) -> tuple[str, ...]:
    async with db.read() as conn:
        known = (await configuration.load_catalogue(conn)).schedules[ScheduleId("nights")]
        changed = await changes.since(conn, at, (known,))
    return on_call(known, changed.of(known.id), at).people


async def history(db: Database) -> list[str]:
    async with db.read() as conn:
        facts = await timeline.of_schedule(conn, ScheduleId("nights"))
    return [f"{fact.by} {fact.what}" for fact in facts if isinstance(fact, ScheduleChanged)]


async def test_the_owner_of_a_team_makes_a_schedule_for_it_and_it_holds_at_once(company: Database) -> None:
    async with company.read() as conn:
        before = await configuration.revision(conn)
    saved = await schedules.save(company, Change(nights("ana", "bob")), ANA)
    assert saved == Saved(nights("ana", "bob"), is_new=True)
    async with company.read() as conn:
        assert await configuration.revision(conn) == before + 1
    assert await who(company, datetime(2026, 11, 20, 12, tzinfo=UTC)) == ("ana",)
    assert await who(company, datetime(2026, 11, 24, 12, tzinfo=UTC)) == ("bob",)
    made = next(one for one in await configuration.objects(company) if one.key == "nights")
    assert (made.owner, made.file, made.line) == (Owner.SLACK, None, None)
    assert await history(company) == [f"user:{ANA} made"]


async def test_a_change_is_on_the_timeline_with_who_and_what(company: Database) -> None:
    await schedules.save(company, Change(nights("ana", "bob")), ANA)
    change = Change(nights("bob", "carol", name="All nights"), await version(company))
    assert isinstance(await schedules.save(company, change, FRANK), Saved)
    assert await who(company, datetime(2026, 11, 20, 12, tzinfo=UTC)) == ("bob",)
    assert await history(company) == [f"user:{ANA} made", f"user:{FRANK} layers, name"]


async def test_saving_the_same_again_is_no_change(company: Database) -> None:
    await schedules.save(company, Change(nights("ana")), ANA)
    await schedules.save(company, Change(nights("ana"), await version(company)), ANA)
    assert await history(company) == [f"user:{ANA} made"]


@pytest.mark.parametrize("user", [BOB, CAROL])
async def test_others_are_told_whom_to_ask(company: Database, user: UserId) -> None:
    with pytest.raises(NotAllowed, match=r"Only admins may make schedules, .*Ask ana or frank\."):
        await schedules.save(company, Change(nights("ana")), user)
    await schedules.save(company, Change(nights("ana")), ANA)
    with pytest.raises(NotAllowed, match=r"Only admins may change Nights, .*Ask ana or frank\."):
        await schedules.save(company, Change(nights("bob"), await version(company)), user)
    with pytest.raises(NotAllowed):
        await schedules.delete(company, ScheduleId("nights"), user)
    assert await history(company) == [f"user:{ANA} made"]


async def test_nobody_takes_a_schedule_over_by_naming_their_own_team(company: Database) -> None:
    await schedules.save(company, Change(replace(nights("frank"), team=TeamId("platform"))), FRANK)
    with pytest.raises(NotAllowed, match="Ask frank"):
        await schedules.save(company, Change(nights("ana"), await version(company)), ANA)


async def test_what_a_file_declares_is_not_changed_here(company: Database) -> None:
    wanted = Schedule(ScheduleId("primary"), "primary", "UTC", (rotation("bob"),), team=TeamId("payments"))
    with pytest.raises(Wrong, match=r"declared in .*company\.yml, line 7: change it there") as wrong:
        await schedules.save(company, Change(wanted, await version(company, "primary")), FRANK)
    assert wrong.value.field == "name"
    with pytest.raises(Wrong, match="change it there"):
        await schedules.delete(company, ScheduleId("primary"), FRANK)


@pytest.mark.parametrize(
    ("wanted", "field", "said"),
    [
        (replace(nights("ana"), name="Primary"), "name", "There is a schedule Primary already"),
        (replace(nights("ana"), id=ScheduleId("primary")), "name", "declared in"),
        (replace(nights("ana"), team=TeamId("search")), "team", "There is no team search"),
        (nights("ana", "zoe"), "people:0", "There is no person zoe any more"),
        (nights("ana", GONE), "people:0", "no active full member"),
        (replace(nights("ana"), layers=(rotation("ana"), rotation(GONE))), "people:1", "no active"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_before_and_at_saving(
    company: Database, wanted: Schedule, field: str, said: str
) -> None:
    (found,) = await schedules.refusals(company, Change(wanted), FRANK)
    assert found.field == field
    assert said in found.sentence
    with pytest.raises(Wrong, match=said) as wrong:
        await schedules.save(company, Change(wanted), FRANK)
    assert wrong.value.field == field
    assert await history(company) == []


async def test_of_two_who_edit_at_once_the_second_is_told(company: Database) -> None:
    await schedules.save(company, Change(nights("ana", "bob")), ANA)
    seen = await version(company)
    both = await asyncio.gather(
        schedules.save(company, Change(nights("ana"), seen), ANA),
        schedules.save(company, Change(nights("carol"), seen), FRANK),
    )
    first, second = (one for kind in (Saved, Outdated) for one in both if isinstance(one, kind))
    assert isinstance(first, Saved)
    assert isinstance(second, Outdated)
    winner = ANA if both[0] == first else FRANK
    assert (second.by, second.version) == (f"user:{winner}", await version(company))
    again = Change(nights("bob"), second.version)
    assert isinstance(await schedules.save(company, again, FRANK), Saved)


async def test_a_deleted_one_can_be_saved_again_by_whoever_had_it_open(company: Database) -> None:
    await schedules.save(company, Change(nights("ana")), ANA)
    seen = await version(company)
    gone = await schedules.delete(company, ScheduleId("nights"), ANA)
    assert gone is not None
    assert gone.name == "Nights"
    assert await schedules.delete(company, ScheduleId("nights"), ANA) is None
    outdated = await schedules.save(company, Change(nights("bob"), seen), FRANK)
    assert outdated == Outdated("", by_user(ANA), datetime(2026, 11, 21, 2, 47, tzinfo=UTC))
    assert isinstance(await schedules.save(company, Change(nights("bob")), FRANK), Saved)
    assert await history(company) == [f"user:{ANA} made", f"user:{ANA} deleted", f"user:{FRANK} made"]


BY_NIGHTS = COMPANY.replace("[{schedule: primary}]", "[{user: ana}, {schedule: nights}]")
"""The policy names a schedule that no file declares."""


async def test_a_file_pages_by_a_schedule_that_was_made_in_slack(
    company: Database, tmp_path: Path, clock: ManualClock
) -> None:
    file = tmp_path / "company.yml"
    file.write_text(BY_NIGHTS)
    assert [problem.message for problem in load(file).problems] == [
        "policy standard, level 1, target 2, schedule: there is no schedule nights"
    ]
    await schedules.save(company, Change(nights("bob")), ANA)
    loaded = load(file, made_in_slack=await configuration.made_in_slack(company))
    assert loaded.problems == ()
    assert (await configuration.apply_configuration(company, loaded)).changed == 1
    await schedules.save(company, Change(nights("carol"), await version(company, "nights")), ANA)
    async with company.read() as conn:
        known = await configuration.load_catalogue(conn)
        roster = resolve(
            known.policies[PolicyId("standard")],
            known,
            await changes.since(conn, clock.now(), known.schedules.values()),
            clock.now(),
        )
    assert {contact.user for found in roster.values() for contact in found.people} == {ANA, CAROL}


async def test_a_schedule_of_slack_that_a_policy_pages_by_is_deleted_only_when_no_policy_does(
    company: Database, tmp_path: Path
) -> None:
    file = tmp_path / "company.yml"
    await schedules.save(company, Change(nights("ana")), ANA)
    file.write_text(BY_NIGHTS)
    await configuration.apply_configuration(company, load(file, made_in_slack={(Kind.SCHEDULE, "nights")}))
    place = "standard (level 1; company.yml, line 10)"
    with pytest.raises(Wrong, match=re.escape(f"paged by {place}. Take it out there first")):
        await schedules.delete(company, ScheduleId("nights"), ANA)
    file.write_text(COMPANY)
    await configuration.apply_configuration(company, load(file))
    assert await schedules.delete(company, ScheduleId("nights"), ANA) is not None


async def test_a_schedule_that_is_deleted_while_files_are_applied_keeps_all_as_it_was(
    company: Database, tmp_path: Path
) -> None:
    await schedules.save(company, Change(nights("ana")), ANA)
    (tmp_path / "company.yml").write_text(BY_NIGHTS)
    loaded = load(tmp_path / "company.yml", made_in_slack={(Kind.SCHEDULE, "nights")})
    await schedules.delete(company, ScheduleId("nights"), ANA)
    before = await configuration.objects(company)
    with pytest.raises(CannotStart, match=r"just deleted in Slack: schedule nights\. Nothing was applied"):
        await configuration.apply_configuration(company, loaded)
    assert await configuration.objects(company) == before


async def test_an_export_whose_policy_names_a_schedule_of_slack_applies_to_nothing_changed(
    company: Database, tmp_path: Path
) -> None:
    await schedules.save(company, Change(nights("ana", "bob")), ANA)
    (tmp_path / "company.yml").write_text(BY_NIGHTS)
    await configuration.apply_configuration(
        company, load(tmp_path / "company.yml", made_in_slack={(Kind.SCHEDULE, "nights")})
    )
    (tmp_path / "exported.yml").write_text(dump(await configuration.objects(company)))
    exported = load(tmp_path / "exported.yml")
    assert exported.problems == ()
    found, _ = await configuration.preview(company, exported)
    assert found.is_empty


async def test_an_export_of_what_was_made_in_slack_applies_to_nothing_changed(
    company: Database, tmp_path: Path
) -> None:
    filled = {
        "id": "nights",
        "name": "Nights",
        "time_zone": "Europe/London",
        "team": "payments",
        "layers": [
            {
                "participants": [["ana"], [BOB]],
                "rotation": {"every": 2, "unit": "days"},
                "hand_off": "18:30",
                "starts_on": "2026-11-16",
                "ends_on": "2027-11-16",
                "restrictions": [
                    {"starts": "17:00", "ends": "09:00", "weekdays": ["monday", "tuesday"]},
                    {"starts": "friday 17:00", "ends": "monday 09:00"},
                ],
            }
        ],
    }
    wanted = drafts.schedule(filled)
    assert isinstance(wanted, Schedule)
    await schedules.save(company, Change(wanted), ANA)
    before = await configuration.objects(company)
    file = tmp_path / "exported.yml"
    file.write_text(dump(before))
    exported = load(file)
    assert exported.problems == ()
    found, _ = await configuration.preview(company, exported)
    assert found.is_empty
    assert found.conflicts == ()
    applied = await configuration.apply_configuration(company, exported)
    assert (applied.created, applied.changed, applied.deleted, applied.conflicts) == (0, 0, 0, ())
    after = await configuration.objects(company)
    assert [(one.key, one.body) for one in after] == [(one.key, one.body) for one in before]
    assert {one.owner for one in after} == {Owner.FILE}
    with pytest.raises(Wrong, match="change it there"):
        await schedules.save(company, Change(nights("bob"), await version(company)), ANA)


async def test_a_preview_says_who_is_on_call_instead_of_whom(company: Database, clock: ManualClock) -> None:
    await schedules.save(company, Change(nights("ana", "bob")), ANA)
    async with company.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
        shown = await queries.preview(conn, catalogue, nights("ana", "carol"), clock.now())
    assert shown.differences is not None
    (change,) = shown.differences
    assert change.starts_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert change.ends_at == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert ([one.name for one in change.before], [one.name for one in change.after]) == (["bob"], ["carol"])
    assert [[one.name for one in shift.people] for shift in shown.plan.shifts] == [
        ["ana"],
        ["carol"],
        ["ana"],
    ]
    assert await history(company) == [f"user:{ANA} made"]


async def test_a_preview_shows_gaps(company: Database, clock: ManualClock) -> None:
    later = replace(nights(), layers=(rotation("ana", starts_on=date(2026, 11, 23)),))
    async with company.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
        shown = await queries.preview(conn, catalogue, later, clock.now())
    assert shown.differences is None
    assert shown.plan.shifts[0].people == ()
    assert shown.plan.uncovered == datetime(2026, 11, 23, 9, tzinfo=UTC) - clock.now()


async def overridden(db: Database, person: str, by: UserId = BOB) -> None:
    """On Sunday for eight hours."""
    async with db.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
    starts_at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    user = catalogue.user_id(PersonId(person))
    assert user
    await overrides.override(
        db, catalogue, ScheduleId("nights"), user, starts_at, starts_at + timedelta(hours=8), by
    )


async def test_whoever_is_needed_is_not_removed_without_a_replacement(company: Database) -> None:
    await schedules.save(company, Change(nights("bob", "carol")), ANA)
    await overridden(company, "bob")
    with pytest.raises(
        Wrong, match=r"bob is still needed: schedule Nights, layer 1; team payments; 1 of the"
    ) as no:
        await people.remove(company, PersonId("bob"), None, FRANK)
    assert no.value.field == "replacement"
    assert await history(company) == [f"user:{ANA} made"]


async def test_somebody_is_replaced_in_all_places_of_slack_in_one_step(company: Database) -> None:
    await schedules.save(company, Change(nights("bob", "carol")), ANA)
    days = replace(nights("carol", "bob"), id=ScheduleId("days"), name="Days", owner=PersonId("bob"))
    await schedules.save(company, Change(days), ANA)
    await overridden(company, "bob")
    done = await people.remove(company, PersonId("bob"), ANA, FRANK)
    assert (done.by, done.schedules, done.overrides) == ("ana", ("Days", "Nights"), 1)
    assert [use.place for use in done.left] == ["team payments"]
    found = {one.key: one.content() for one in await configuration.objects(company)}
    assert found["nights"] == nights("ana", "carol")
    assert found["days"] == replace(days, layers=(rotation("carol", "ana"),), owner=PersonId("ana"))
    assert await who(company, datetime(2026, 11, 22, 12, tzinfo=UTC)) == ("ana",)
    assert await who(company, datetime(2026, 11, 26, 12, tzinfo=UTC)) == ("carol",)
    async with company.read() as conn:
        assert (
            await overrides_store.of_person(conn, PersonId("bob"), datetime(2026, 11, 21, tzinfo=UTC)) == ()
        )
    again = await people.remove(company, PersonId("bob"), ANA, FRANK)
    assert (again.by, again.schedules) == (None, ())


async def test_an_admin_replaces_somebody_in_policies_too_and_others_are_told_what_is_left(
    company: Database,
) -> None:
    bob, ana = (Target(TargetKind.USER, name) for name in ("bob", "ana"))
    levels = Level((bob,)), Level((ana, bob))
    policy = Policy(PolicyId("critical"), "Critical", levels, LastResort(level=1))
    await policies.save(company, policies.Change(policy), FRANK)
    refused = await people.remove(company, PersonId("bob"), ANA, ANA)
    assert (refused.by, refused.policies) == (None, ())
    assert [use.place for use in refused.left] == [
        "policy Critical, level 1",
        "policy Critical, level 2",
        "team payments",
    ]
    done = await people.remove(company, PersonId("bob"), ANA, FRANK)
    assert (done.by, done.schedules, done.policies) == ("ana", (), ("Critical",))
    assert [use.place for use in done.left] == ["team payments"]
    found = {one.key: one.content() for one in await configuration.objects(company)}
    assert found["critical"] == replace(policy, levels=(Level((ana,)), Level((ana,))))


async def test_an_override_that_runs_keeps_its_past_and_its_place_among_the_others(
    company: Database, clock: ManualClock
) -> None:
    await schedules.save(company, Change(nights("carol")), ANA)
    await overridden(company, "bob")
    clock.forward(hours=1)
    await overridden(company, "ana")  # made later, so it wins
    clock.forward(hours=33)
    await people.remove(company, PersonId("bob"), FRANK, FRANK)
    assert await who(company, datetime(2026, 11, 22, 16, tzinfo=UTC)) == ("ana",)
    async with company.read() as conn:
        (moved,) = await overrides_store.of_person(conn, PersonId("frank"), clock.now())
    assert moved.starts_at == clock.now()


@pytest.mark.parametrize(
    ("replacement", "said"),
    [(BOB, "That is bob"), (GONE, "no active full member"), (None, "Choose who takes over")],
)
async def test_a_replacement_that_is_no_good_is_told_at_its_field(
    company: Database, replacement: UserId | None, said: str
) -> None:
    await schedules.save(company, Change(nights("bob")), ANA)
    with pytest.raises(Wrong, match=said) as wrong:
        await people.remove(company, PersonId("bob"), replacement, ANA)
    assert wrong.value.field == "replacement"


async def test_one_schedule_that_is_not_theirs_to_change_keeps_all_as_they_are(company: Database) -> None:
    await schedules.save(company, Change(nights("bob")), ANA)
    other = Schedule(ScheduleId("search"), "Search", "UTC", (rotation("bob"),), team=TeamId("platform"))
    await schedules.save(company, Change(other), FRANK)
    with pytest.raises(NotAllowed, match="Search"):
        await people.remove(company, PersonId("bob"), CAROL, ANA)
    assert await history(company) == [f"user:{ANA} made"]


async def test_where_somebody_is_needed_names_files_and_shifts(company: Database, clock: ManualClock) -> None:
    await schedules.save(company, Change(nights("bob", "ana")), ANA)
    async with company.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
        shown = await queries.person_uses(conn, catalogue, PersonId("ana"), clock.now())
    assert [(use.place, use.line) for use in shown.places] == [
        ("schedule Nights, layer 1", None),
        ("schedule primary, layer 1", 7),
        ("team payments", 4),
        ("owner of team payments", 4),
    ]
    nights_, primary = shown.turns
    assert (nights_.schedule, nights_.on_call_now) == ("Nights", False)
    assert nights_.next is not None
    assert nights_.next.starts_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (primary.schedule, primary.on_call_now) == ("primary", True)


async def test_an_apply_says_who_left_the_files_and_is_still_needed(
    company: Database, tmp_path: Path
) -> None:
    await schedules.save(company, Change(nights("carol", "ana")), ANA)
    file = tmp_path / "smaller.yml"
    file.write_text(COMPANY.replace(", {id: carol}", ""))
    applied = await configuration.apply_configuration(company, load(file))
    assert applied.still_needed == (
        "The person carol left the files and is still needed in Slack: schedule Nights, layer 1. "
        "Replace them with /oncall remove.",
    )
    await people.remove(company, PersonId("carol"), FRANK, ANA)
    found = {one.key: one.content() for one in await configuration.objects(company)}
    assert found["nights"] == nights("frank", "ana")
