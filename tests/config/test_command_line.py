"""`tocsin check`, `plan`, `apply` and `export` as an operator runs them."""

from __future__ import annotations

import asyncio
from datetime import date, time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.clock import SystemClock
from bot.core.configuration import Kind, made_in_slack
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import Layer, RotationUnit, Schedule
from bot.store import configuration
from bot.store.database import Database

DEMO = Path(__file__).parents[2] / "manifests" / "demo"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)


@pytest.fixture
def own_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)


def tocsin(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_check_counts_what_is_right() -> None:
    result = tocsin("check", DEMO)
    assert result.exit_code == 0
    assert result.output == (
        "All is well: 6 people, 2 teams, 3 services, 2 schedules, 2 policies, 3 integrations, 4 severities, 3 roles, "
        "settings.\n"
    )


def test_check_names_every_mistake_and_exits_with_one(tmp_path: Path) -> None:
    file = tmp_path / "company.yml"
    file.write_text(
        "settings: {default_policy: standrd, fallback_channel: '#x'}\npolicies: [{id: standard}]\n"
    )
    result = tocsin("check", file)
    assert result.exit_code == 1
    assert [line.partition(": ")[0] for line in result.output.splitlines()] == [f"{file}:1", f"{file}:2"]
    assert "Did you mean standard?" in result.output


def test_check_without_a_path_takes_the_setting_or_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = tocsin("check")
    assert (nothing.exit_code, "TOCSIN_CONFIG" in nothing.output) == (1, True)
    monkeypatch.setenv("TOCSIN_CONFIG", str(DEMO))
    assert tocsin("check").exit_code == 0


@pytest.mark.usefixtures("own_database")
def test_apply_then_plan_then_export(tmp_path: Path) -> None:
    assert tocsin("plan", DEMO).output.endswith("26 to create, 0 to change, 0 to delete, 0 unchanged.\n")
    assert tocsin("apply", DEMO).output.startswith("Applied: 26 created")
    assert tocsin("apply", DEMO).output.startswith("Applied: 0 created, 0 changed, 0 deleted, 26 unchanged.")
    exported = tmp_path / "exported.yml"
    exported.write_text(tocsin("export").output)
    assert tocsin("plan", exported).output == "Nothing would change; 26 objects are as the files say.\n"


EVERY_KIND_OF_LAYER = """
people: [{id: ana}, {id: bob}]
schedules:
  - id: primary
    time_zone: Europe/London
    holidays: GB-SCT
    layers:
      - calendar: https://calendar.example.com/on-call.ics
      - participants: [ana, [], [bob, ana]]
        rotation: {every: 2, unit: weeks}
        hand_off: "09:00"
        starts_on: 2026-01-05
        ends_on: 2026-06-29
        restrictions:
          - {starts: "09:00", ends: "17:00", weekdays: [friday, monday]}
          - {starts: "22:00", ends: "06:00"}
          - {starts: friday 18:00, ends: monday 09:00}
  - {id: secondary, time_zone: UTC, calendar: "https://calendar.example.com/second.ics"}
policies: [{id: standard, levels: [{targets: [{schedule: primary}]}]}]
settings: {default_policy: standard, fallback_channel: "#incidents"}
"""


@pytest.mark.usefixtures("own_database")
def test_every_kind_of_layer_is_exported_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "company.yml").write_text(EVERY_KIND_OF_LAYER)
    assert tocsin("apply", tmp_path / "company.yml").output.startswith("Applied: 6 created")
    (tmp_path / "exported.yml").write_text(tocsin("export").output)
    assert tocsin("plan", tmp_path / "exported.yml").output.startswith("Nothing would change; 6 objects")
    assert "starts: friday 18:00" in (tmp_path / "exported.yml").read_text()


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_files_with_mistakes_make_no_sqlite_database(tmp_path: Path, command: str) -> None:
    (tmp_path / "bad.yml").write_text("people: [")
    assert tocsin(command, tmp_path / "bad.yml").exit_code == 1
    assert not (tmp_path / "tocsin.db").exists()


BY_SLACK = """
people: [{id: ana}]
policies: [{id: standard, levels: [{targets: [{schedule: nights}]}]}]
settings: {default_policy: standard, fallback_channel: "#incidents"}
"""


@pytest.mark.usefixtures("own_database")
def test_a_schedule_that_was_made_in_slack_is_looked_for_in_the_database(
    tmp_path: Path, database_url: str
) -> None:
    file = tmp_path / "company.yml"
    file.write_text(BY_SLACK)
    for command in ("check", "plan", "apply"):
        refused = tocsin(command, file)
        assert refused.exit_code == 1
        assert "there is no schedule nights. Add it under `schedules`, make it in Slack" in refused.output
    assert tocsin("migrate").exit_code == 0
    asyncio.run(_made_in_slack(database_url, "nights"))
    assert tocsin("check", file).output.startswith("All is well: 1 people, 1 policies")
    assert "+ policy standard" in tocsin("plan", file).output
    assert tocsin("apply", file).output.startswith("Applied: 3 created")
    file.write_text(BY_SLACK.replace("nights", "nigths"))
    assert "there is no schedule nigths. Did you mean nights?" in tocsin("check", file).output


async def _made_in_slack(url: str, name: str) -> None:
    layer = Layer(((PersonId("ana"),),), RotationUnit.DAYS, 1, time(9), date(2026, 1, 5))
    schedule = Schedule(ScheduleId(name), name, "UTC", (layer,))
    db = Database(url, SystemClock())
    async with db.write() as tx:
        await configuration.put(tx.conn, [made_in_slack(Kind.SCHEDULE, name, schedule)], tx.now)
    await db.close()


def test_a_token_may_stand_in_dot_env_alone_and_the_process_overrides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "company").mkdir()
    for file in DEMO.glob("*.yml"):
        text = file.read_text().replace("token: demo-generic", "token_env: HOOKS_TOKEN")
        (tmp_path / "company" / file.name).write_text(text)
    refused = tocsin("check", tmp_path / "company")
    assert (refused.exit_code, "HOOKS_TOKEN is not set" in refused.output) == (1, True)
    (tmp_path / ".env").write_text("HOOKS_TOKEN=first-secret\n")
    assert tocsin("check", tmp_path / "company").exit_code == 0
    assert tocsin("apply", tmp_path / "company").exit_code == 0
    monkeypatch.setenv("HOOKS_TOKEN", "second-secret")
    assert "1 to change" in tocsin("plan", tmp_path / "company").output
