"""Applying files to a real database: all or nothing, twice the same, and never over what Slack owns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.clock import ManualClock
from bot.config import plan
from bot.config.dump import dump
from bot.config.load import load
from bot.core.catalogue import COMMANDER
from bot.core.configuration import ConfigObject, Declared, Kind, Owner
from bot.core.ids import PersonId, PolicyId, ScheduleId, ServiceId, SeverityId, TeamId, UserId
from bot.core.policy import TargetKind
from bot.core.schedule import NO_CHANGES, on_call
from bot.errors import CannotStart
from bot.store import configuration as store
from bot.store.database import Database
from bot.store.tables import ConfigObjectRow, SlackUserRow
from bot.usecases.configuration import (
    apply_configuration,
    is_configured,
    load_catalogue,
    objects,
    preview,
)

DEMO = Path(__file__).parents[2] / "manifests" / "demo"

SMALL = """
people:
  - {id: ana}
  - {id: bob}
teams:
  - {id: payments, members: [ana], owner: bob}
services:
  - {id: checkout, team: payments}
schedules:
  - {id: primary, team: payments, time_zone: UTC, participants: [ana], rotation: {unit: days},
     hand_off: "09:00", starts_on: 2026-01-05}
policies:
  - {id: standard, levels: [{targets: [{schedule: primary}]}]}
settings: {default_policy: standard, fallback_channel: "#incidents"}
"""


def small(tmp_path: Path, *changes: tuple[str, str]) -> Declared:
    """The small company after some replacements in its text."""
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "company.yml"
    file.write_text(text)
    loaded = load(file)
    assert loaded.problems == ()
    return loaded


async def rows(database: Database) -> list[tuple[object, ...]]:
    async with database.read() as conn:
        return [tuple(row) for row in await conn.execute(select(ConfigObjectRow.__table__))]  # type: ignore[attr-defined]


async def made_in_slack(database: Database, one: ConfigObject) -> None:
    async with database.write() as tx:
        await store.put(tx.conn, [replace(one, owner=Owner.SLACK, file=None, line=None)], tx.now)


async def test_the_demo_company_is_applied_and_read_back(database: Database, clock: ManualClock) -> None:
    assert not await is_configured(database)
    applied = await apply_configuration(database, load(DEMO))
    assert (applied.created, applied.conflicts) == (26, ())
    assert await is_configured(database)
    async with database.read() as conn:
        company = await load_catalogue(conn)
    policy = company.policy_for(ServiceId("checkout"))
    assert policy is not None
    assert [level.targets[0].id for level in policy.levels] == [
        "payments-primary",
        "payments-secondary",
        "frank",
    ]
    assert policy.levels[2].targets[0].kind is TargetKind.USER
    assert policy.timeout(1, SeverityId("SEV1")) == timedelta(minutes=3)
    assert policy.timeout(1, SeverityId("SEV2")) == timedelta(minutes=5)
    assert (policy.repeat, policy.last_resort.level, policy.last_resort.every) == (
        1,
        3,
        timedelta(minutes=10),
    )
    assert company.default_policy == PolicyId("platform-default")
    assert company.fallback_channel == "#incidents"
    assert company.admins == (PersonId("frank"),)
    primary, secondary = (
        company.schedules[ScheduleId(f"payments-{name}")] for name in ("primary", "secondary")
    )
    assert on_call(primary, NO_CHANGES, clock.now()).people == (PersonId("ana"),)
    assert on_call(secondary, NO_CHANGES, clock.now()).people == (PersonId("carol"),)
    words = company.integrations[next(iter(company.integrations))].severities
    assert (words["critical"], words["warning"]) == (SeverityId("SEV1"), SeverityId("SEV3"))
    assert COMMANDER in company.roles


async def test_applying_twice_changes_nothing(database: Database, clock: ManualClock) -> None:
    await apply_configuration(database, load(DEMO))
    before = await rows(database)
    clock.forward(minutes=1)
    applied = await apply_configuration(database, load(DEMO))
    assert applied.counts() == {"created": 0, "changed": 0, "deleted": 0, "unchanged": 26, "conflicts": 0}
    assert await rows(database) == before


async def test_only_what_changed_is_changed_and_the_revision_grows(
    database: Database, tmp_path: Path
) -> None:
    await apply_configuration(database, small(tmp_path))
    async with database.read() as conn:
        first = await load_catalogue(conn)
    changed = small(
        tmp_path,
        ("{id: ana}", "{id: ana, name: Ana}"),
        ("services:\n  - {id: checkout, team: payments}", "services:\n  - {id: search}"),
    )
    applied = await apply_configuration(database, changed)
    assert (applied.created, applied.changed, applied.deleted) == (1, 1, 1)
    async with database.read() as conn:
        second = await load_catalogue(conn)
    assert list(second.services) == ["search"]
    assert second.people[PersonId("ana")].name == "Ana"
    assert second.revision == first.revision + 1


async def test_an_object_that_moved_within_its_file_is_unchanged_but_known_at_its_new_line(
    database: Database, tmp_path: Path
) -> None:
    await apply_configuration(database, small(tmp_path))
    applied = await apply_configuration(database, small(tmp_path, ("people:", "# who\npeople:")))
    assert (applied.changed, applied.unchanged) == (0, 7)
    lines = {one.key: one.line for one in await objects(database)}
    assert (lines["ana"], lines["checkout"]) == (4, 9)


async def test_an_object_knows_its_file_by_its_name_so_that_a_folder_may_move(
    database: Database, tmp_path: Path
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    declared = small(before)
    await apply_configuration(database, declared)
    assert {one.file for one in await objects(database)} == {"company.yml"}
    before.rename(after)
    assert load(after).digest == declared.digest


def test_people_are_told_of_a_mistake_by_the_name_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "company.yml").write_text(SMALL + "teams: 7\n")
    (tmp_path / "more.yml").write_text(SMALL)
    found = load(tmp_path)
    told = found.problems_for_people()
    assert len(told) == len(found.problems) > 1
    assert all(each.startswith(("company.yml:", "more.yml:")) for each in told)
    assert str(tmp_path) not in "".join(told)


async def test_what_slack_owns_is_neither_changed_nor_deleted(database: Database, tmp_path: Path) -> None:
    declared = small(tmp_path)
    service = next(one for one in declared.objects if one.kind is Kind.SERVICE)
    await made_in_slack(database, replace(service, body={**service.body, "name": "Made in Slack"}))
    await made_in_slack(database, replace(service, key="other", body={"id": "other", "name": "Other"}))
    applied = await apply_configuration(database, declared)
    (conflict,) = applied.conflicts
    assert conflict.startswith("company.yml:8: the service checkout was made in Slack")
    again = await apply_configuration(database, declared)
    assert again.conflicts == applied.conflicts
    async with database.read() as conn:
        services = (await load_catalogue(conn)).services
    assert services[ServiceId("checkout")].name == "Made in Slack"
    assert ServiceId("other") in services


async def test_files_with_mistakes_keep_the_last_good_configuration(
    database: Database, tmp_path: Path
) -> None:
    await apply_configuration(database, small(tmp_path))
    before = await rows(database)
    (tmp_path / "company.yml").write_text("people: [")
    with pytest.raises(ValueError, match="mistakes"):
        await apply_configuration(database, load(tmp_path / "company.yml"))
    assert await rows(database) == before


async def test_a_changed_token_in_the_environment_is_a_change(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "company.yml"
    file.write_text(SMALL + "integrations: [{id: hooks, type: generic, token_env: HOOKS}]\n")
    await apply_configuration(database, load(file, {"HOOKS": "first-secret"}))
    applied = await apply_configuration(database, load(file, {"HOOKS": "second-secret"}))
    assert (applied.changed, applied.unchanged) == (1, 7)
    assert "second-secret" not in str(await rows(database))


async def test_a_plan_says_what_an_apply_would_do(database: Database, tmp_path: Path) -> None:
    await apply_configuration(database, small(tmp_path))
    wanted = small(
        tmp_path,
        ("{id: ana}", "{id: ana, name: Ana, time_zone: Europe/Madrid}"),
        ("services:\n  - {id: checkout, team: payments}", "services:\n  - {id: search}"),
    )
    assert list(plan.lines(*await preview(database, wanted))) == [
        "+ service search (company.yml:8)",
        "~ person ana: name, time_zone (company.yml:3)",
        "- service checkout (was company.yml:8)",
        "1 to create, 1 to change, 1 to delete, 5 unchanged.",
    ]
    await apply_configuration(database, wanted)
    assert list(plan.lines(*await preview(database, wanted))) == [
        "Nothing would change; 7 objects are as the files say."
    ]


@pytest.mark.parametrize("name", ["demo", "example"])
async def test_an_export_applies_to_nothing_changed(database: Database, tmp_path: Path, name: str) -> None:
    await apply_configuration(database, load(DEMO.parent / name))
    exported = tmp_path / "exported.yml"
    exported.write_text(dump(await objects(database)))
    found, _ = await preview(database, load(exported))
    assert found.is_empty
    assert len(found.unchanged) == len(await objects(database))


REACH = """
people: [{id: ana, manager: bob}, {id: bob}]
providers:
  - {id: mail, type: smtp, url: "smtps://tocsin@mail.example.com", sender: t@example.com, secret_env: MAIL}
  - {id: second, type: apprise, methods: [sms, push], secret_env: CARRIER}
  - {id: first, type: twilio, account: AC1, sender: "+15005550006", secret_env: TWILIO}
webhooks: [{id: board, url: "https://hooks.example.com/x", secret_env: BOARD, owner: ana}]
"""
SECRETS = {"MAIL": "hidden-1", "CARRIER": "json://hidden-2/{to}", "TWILIO": "hidden-3", "BOARD": "hidden-4"}


async def test_providers_keep_their_order_and_their_secrets_stay_in_the_environment(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "company.yml"
    file.write_text(SMALL.replace("people:\n  - {id: ana}\n  - {id: bob}\n", REACH))
    await apply_configuration(database, load(file, SECRETS))
    assert "hidden" not in str(await rows(database))
    async with database.read() as conn:
        company = await load_catalogue(conn)
    assert [(one.id, *one.methods) for one in company.providers.values()] == [
        ("mail", "email"),
        ("second", "sms", "push"),
        ("first", "sms", "voice"),
    ]
    assert [(one.id, one.secret_env, one.owner) for one in company.webhooks.values()] == [
        ("board", "BOARD", "ana")
    ]
    assert company.people[PersonId("ana")].manager == "bob"
    file.write_text(dump(await objects(database)))
    found, _ = await preview(database, load(file, SECRETS))
    assert found.is_empty


async def test_a_stored_object_of_another_version_is_a_sentence(database: Database, tmp_path: Path) -> None:
    await made_in_slack(database, ConfigObject(Kind.SERVICE, "x", {"id": "x"}))
    async with database.read() as conn:
        with pytest.raises(CannotStart, match="Service that this version of Tocsin cannot read"):
            await load_catalogue(conn)


async def test_people_are_found_in_the_workspace(database: Database, tmp_path: Path) -> None:
    people = (
        "people:\n  - {id: bob, slack: '@Bob'}\n  - {id: ana, slack: ANA@example.com}\n  - {id: carl, slack: U0CARL1}\n"
        "  - {id: dora}\n  - {id: gone, time_zone: Asia/Tokyo}\n  - {id: robot}\n  - {id: stray, slack: U0STRAY}\n"
    )
    await apply_configuration(database, small(tmp_path, ("people:\n  - {id: ana}\n  - {id: bob}\n", people)))
    async with database.read() as conn:
        early = (await load_catalogue(conn)).people
    assert (early[PersonId("carl")].user_id, early[PersonId("carl")].reachable) == (UserId("U0CARL1"), True)
    assert (early[PersonId("ana")].user_id, early[PersonId("ana")].reachable) == (None, False)
    users: list[dict[str, object]] = [
        {"id": "U0ANA11", "name": "amartin", "email": "ana@example.com", "tz": "Europe/Madrid"},
        {"id": "U0BOB01", "name": "bob", "email": "", "tz": "UTC", "deleted": True},
        {"id": "U0BOB02", "name": "bob", "email": "", "tz": "Europe/Oslo"},
        {"id": "U0CARL1", "name": "c", "email": "", "tz": "UTC"},
        {"id": "U0GONE1", "name": "gone", "email": "", "tz": "UTC", "deleted": True},
        {"id": "U0ROBOT", "name": "robot", "email": "", "tz": "UTC", "is_bot": True},
    ]
    filled: dict[str, object] = {
        "team_id": "",
        "real_name": "",
        "deleted": False,
        "is_bot": False,
        "is_restricted": False,
    }
    async with database.write() as tx:
        await tx.conn.execute(insert(SlackUserRow), [{**filled, **user} for user in users])
    async with database.read() as conn:
        found = (await load_catalogue(conn)).people.values()
    assert {p.id: (p.user_id, p.time_zone, p.reachable) for p in found} == {
        "bob": ("U0BOB02", "Europe/Oslo", True),
        "ana": ("U0ANA11", "Europe/Madrid", True),
        "carl": ("U0CARL1", "UTC", True),
        "dora": (None, None, False),
        "gone": ("U0GONE1", "Asia/Tokyo", False),
        "robot": ("U0ROBOT", "UTC", False),
        "stray": ("U0STRAY", None, False),
    }


async def test_defaults_fill_what_no_file_says(database: Database, tmp_path: Path) -> None:
    await apply_configuration(database, small(tmp_path))
    async with database.read() as conn:
        company = await load_catalogue(conn)
    assert [severity.id for severity in company.ranked_severities()] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert list(company.roles) == ["commander", "communications", "scribe"]
    policy = company.policies[PolicyId("standard")]
    assert (policy.last_resort.level, policy.last_resort.every) == (1, timedelta(minutes=10))
    assert company.schedules[ScheduleId("primary")].owner == PersonId("bob")  # its team's


async def test_senders_words_follow_the_ranks_of_a_scale_of_ones_own(
    database: Database, tmp_path: Path
) -> None:
    scale = (
        "severities: [{id: Red, criteria: Burning}, {id: High, criteria: Smoking}]\n"
        "integrations: [{id: hooks, type: generic, token: some-secret, severities: {Weird: Red}}]\n"
    )
    await apply_configuration(database, small(tmp_path, ("settings:", scale + "settings:")))
    async with database.read() as conn:
        (source,) = (await load_catalogue(conn)).integrations.values()
    words = ("critical", "red", "weird", "error", "high", "warning", "info")
    assert [source.severities[word] for word in words] == [
        "Red",
        "Red",
        "Red",
        "High",
        "High",
        "High",
        "High",
    ]


async def test_who_is_listed_twice_is_paged_once(database: Database, tmp_path: Path) -> None:
    twice = small(
        tmp_path,
        ("members: [ana]", "members: [ana, bob, ana]"),
        ("[{schedule: primary}]", "[{user: ana}, {schedule: primary}, {user: ana}]"),
    )
    await apply_configuration(database, twice)
    async with database.read() as conn:
        company = await load_catalogue(conn)
    assert company.teams[TeamId("payments")].members == ("ana", "bob")
    assert [target.id for target in company.policies[PolicyId("standard")].levels[0].targets] == [
        "ana",
        "primary",
    ]
