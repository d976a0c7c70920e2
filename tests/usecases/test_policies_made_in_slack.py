"""Escalation policies that admins make, change and delete in Slack, in a real database beside those of files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.config import drafts
from bot.config.dump import dump
from bot.config.load import load
from bot.core.configuration import Kind, Owner
from bot.core.ids import PolicyId, UserId
from bot.core.policy import Policy
from bot.core.policy_facts import PolicyChanged
from bot.errors import CannotStart, NotAllowed, Wrong
from bot.queries import policies as queries
from bot.store.database import Database
from bot.store.tables import TimelineRow
from bot.usecases import configuration, policies
from bot.usecases.policies import Change, Outdated, Saved
from tests.usecases.test_schedules_made_in_slack import ANA, COMPANY, FRANK, company

__all__ = ["company"]

NIGHTS: dict[str, Any] = {
    "id": "nights",
    "name": "Nights",
    "levels": [
        {
            "targets": [{"schedule": "primary"}],
            "ack_timeout": "5 min",
            "severity_timeouts": {"SEV1": "2 min"},
        },
        {
            "targets": [{"user": "bob"}, {"manager": True}, {"channel": "#payments"}],
            "assign": "round_robin",
            "when": "severity == 'SEV1'",
        },
        {"targets": [{"policy": "standard"}], "ack": "all"},
    ],
    "repeat": 2,
    "delay": "1 min",
    "ack_expires": "1 h",
    "last_resort": {"policy": "standard"},
}


async def wanted(db: Database, **other: Any) -> Policy:
    async with db.read() as conn:
        found = drafts.policy(NIGHTS | other, await configuration.load_catalogue(conn))
    assert isinstance(found, Policy), found
    return found


async def version(db: Database, policy: str = "nights") -> str:
    return next(one.digest for one in await configuration.objects(db) if one.key == policy)


async def mistakes(db: Database, **other: Any) -> dict[tuple[str | int, ...], str]:
    async with db.read() as conn:
        found = drafts.policy(NIGHTS | other, await configuration.load_catalogue(conn))
    assert not isinstance(found, Policy)
    return {mistake.at: mistake.sentence for mistake in found}


async def test_an_export_of_what_was_made_in_slack_applies_to_nothing_changed(
    company: Database, tmp_path: Path
) -> None:
    assert await policies.save(company, Change(await wanted(company)), FRANK) == Saved(
        await wanted(company), is_new=True
    )
    (tmp_path / "exported.yml").write_text(dump(await configuration.objects(company)))
    exported = load(tmp_path / "exported.yml")
    assert exported.problems == ()
    found, _ = await configuration.preview(company, exported)
    assert found.is_empty


async def test_what_was_written_is_read_back_as_the_same(company: Database) -> None:
    policy = await wanted(company)
    assert await wanted(company, **drafts.policy_entry(policy)) == policy


async def test_a_policy_is_checked_as_if_it_stood_in_a_file(company: Database) -> None:
    found = await mistakes(company, levels=[{"targets": [{"schedule": "gone"}]}])
    assert found == {
        ("levels", 0, "targets", 0, "schedule"): "There is no schedule gone any more. Choose another one."
    }
    assert ("last_resort", "level") in await mistakes(company, last_resort={"level": 9})
    assert ("severity_timeouts", "SEV9") in await mistakes(company, severity_timeouts={"SEV9": "1 min"})
    assert ("levels", 0, "when") in await mistakes(
        company, levels=[{"targets": [{"user": "bob"}], "when": "severity =="}]
    )
    circle = await mistakes(company, levels=[{"targets": [{"policy": "nights"}]}])
    assert "circle: nights → nights" in next(iter(circle.values()))


async def test_only_admins_change_policies(company: Database) -> None:
    change = Change(await wanted(company))
    with pytest.raises(NotAllowed, match="Only admins may change escalation policies"):
        await policies.save(company, change, ANA)
    with pytest.raises(NotAllowed):
        await policies.refusals(company, change, ANA)
    await policies.save(company, change, FRANK)
    with pytest.raises(NotAllowed):
        await policies.delete(company, PolicyId("nights"), ANA)


async def test_whoever_saves_over_another_s_change_is_told(company: Database) -> None:
    await policies.save(company, Change(await wanted(company)), FRANK)
    seen = await version(company)
    await policies.save(company, Change(await wanted(company, repeat=1), seen), FRANK)
    late = await policies.save(company, Change(await wanted(company, repeat=3), seen), FRANK)
    assert late == Outdated(await version(company))
    assert isinstance(
        await policies.save(company, Change(await wanted(company, repeat=3), late.version), FRANK), Saved
    )
    await policies.delete(company, PolicyId("nights"), FRANK)
    assert await policies.delete(company, PolicyId("nights"), FRANK) is None


async def test_every_change_is_recorded_once_with_what_was_before(company: Database) -> None:
    await policies.save(company, Change(await wanted(company)), FRANK)
    await policies.save(company, Change(await wanted(company), await version(company)), FRANK)
    await policies.delete(company, PolicyId("nights"), FRANK)
    table = TimelineRow.__table__  # type: ignore[attr-defined]
    async with company.read() as conn:
        rows = await conn.execute(
            table.select().where(table.c.kind == PolicyChanged.kind).order_by(table.c.id)
        )
        found = [(row.by, bool(row.data["before"]), bool(row.data["after"])) for row in rows]
    assert found == [(f"user:{FRANK}", False, True), (f"user:{FRANK}", True, False)]


async def test_a_policy_of_a_file_and_a_name_that_is_taken_are_refused(company: Database) -> None:
    taken = await wanted(company, name="standard")
    assert [one.field for one in await policies.refusals(company, Change(taken), FRANK)] == ["name"]
    owned = await wanted(
        company, id="standard", levels=[{"targets": [{"user": "bob"}]}], last_resort={"level": 1}
    )
    with pytest.raises(Wrong, match=r"declared in .*company\.yml, line 10: change it there"):
        await policies.save(company, Change(owned, await version(company, "standard")), FRANK)


async def test_people_whom_a_page_would_not_help_are_refused_at_their_level(company: Database) -> None:
    gone = await wanted(company, levels=[*NIGHTS["levels"][:1], {"targets": [{"user": "UGONE0001"}]}])
    found = await policies.refusals(company, Change(gone), FRANK)
    assert [one.field for one in found] == ["targets:1"]


USING = COMPANY.replace("default_policy: standard", "default_policy: nights")


async def test_a_file_may_name_a_policy_of_slack_which_then_stays(company: Database, tmp_path: Path) -> None:
    file = tmp_path / "company.yml"
    file.write_text(USING)
    assert [problem.message for problem in load(file).problems] == [
        "settings, default_policy: there is no policy nights"
    ]
    await policies.save(company, Change(await wanted(company)), FRANK)
    loaded = load(file, made_in_slack=await configuration.made_in_slack(company))
    assert loaded.problems == ()
    await configuration.apply_configuration(company, loaded)
    with pytest.raises(Wrong, match=re.escape("Nights is used by the default for everything else.")):
        await policies.delete(company, PolicyId("nights"), FRANK)
    found = {one.key: one for one in await configuration.objects(company)}
    assert found["nights"].owner is Owner.SLACK


async def test_a_policy_that_is_deleted_while_files_are_applied_keeps_all_as_it_was(
    company: Database, tmp_path: Path
) -> None:
    (tmp_path / "company.yml").write_text(USING)
    loaded = load(tmp_path / "company.yml", made_in_slack={(Kind.POLICY, "nights")})
    with pytest.raises(CannotStart, match=r"just deleted in Slack: policy nights\. Nothing was applied"):
        await configuration.apply_configuration(company, loaded)


async def test_a_preview_says_whom_a_page_would_reach_and_when(company: Database, clock: ManualClock) -> None:
    async with company.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
        shown = await queries.preview(conn, catalogue, await wanted(company), clock.now())
    steps = [([one.name for one in step.called], step.policy) for step in shown.chain.steps]
    assert steps[0] == ([], "Nights")
    assert steps[1] == (["ana"], "Nights")
    minutes = [(step.at - clock.now()).total_seconds() / 60 for step in shown.chain.steps[:3]]
    assert minutes == [0, 1, 3]
    assert catalogue.policies.keys() == {"standard"}


async def test_the_list_says_who_uses_what_and_who_may_change_it(
    company: Database, clock: ManualClock
) -> None:
    await policies.save(company, Change(await wanted(company)), FRANK)
    async with company.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
        for_frank = await queries.listed(conn, catalogue, FRANK)
        for_ana = await queries.listed(conn, catalogue, UserId(ANA))
    assert [(line.name, line.may_change) for line in for_frank] == [("Nights", True), ("standard", False)]
    assert not any(line.may_change for line in for_ana)
    assert for_frank[1].used_by == (
        "the default for everything else",
        "policy Nights, level 3",
        "policy Nights, last resort",
    )
