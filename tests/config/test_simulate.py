"""`tocsin simulate` as an operator runs it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.tables import SlackUserRow

DEMO = Path(__file__).parents[2] / "manifests" / "demo"
PEOPLE = ("ana", "bob", "carol", "dave", "erin", "frank")
CHRISTMAS = ("--service", "checkout", "--severity", "sev1", "--at", "2026-12-25 03:00")


@pytest.fixture(autouse=True)
def company(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The demo company, and its people known from Slack."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", database_url)
    assert tocsin("apply", DEMO).exit_code == 0
    asyncio.run(_know(database_url))


async def _know(url: str) -> None:
    database = Database(url, SystemClock())
    async with database.write() as tx:
        rows = [SlackUserRow(id=f"U{name.upper()}", name=name).model_dump() for name in PEOPLE]
        await tx.conn.execute(SlackUserRow.__table__.insert(), rows)  # type: ignore[attr-defined]
    await database.close()


def tocsin(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_night_is_told_to_the_second_and_ends_with_what_goes_on() -> None:
    result = tocsin("simulate", *CHRISTMAS)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[:5] == [
        "SEV1 · checkout · policy checkout-critical, from Friday 25 Dec 2026, 03:00",
        "03:00:00 level 1",
        "    Bob Lindqvist (payments-primary): Slack 03:00:00",
        "03:03:00 level 2",
        "    Dave Kowalski (payments-secondary): Slack 03:03:00",
    ]
    assert "03:09:00 level 1, pass 2" in lines
    assert lines[-3:] == [
        "03:28:00 last resort, level 3",
        "    Frank Sato: Slack 03:28:00",
        "It goes on like this until somebody acknowledges.",
    ]


def test_an_acknowledgment_ends_it_and_the_zone_is_the_readers() -> None:
    result = tocsin("simulate", *CHRISTMAS, "--ack", "level2", "--zone", "Asia/Kolkata")
    lines = result.output.splitlines()
    assert lines[1] == "03:00:00 level 1"
    assert lines[-1] == "03:03:00 Dave Kowalski acknowledges; nothing more goes out"


def test_programs_get_json() -> None:
    found = json.loads(tocsin("simulate", *CHRISTMAS, "--json").output)
    assert found["steps"][0]["called"][0]["attempts"] == [
        {"at": "2026-12-25T03:00:00Z", "kind": "slack", "ending": "", "reason": ""}
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--service", "chekout"), "There is no service chekout."),
        (("--severity", "SEV9"), "There is no severity SEV9."),
        (("--at", "nonsense"), '"nonsense" is no time.'),
        (("--ack", "somebody"), '"somebody" is no level.'),
        (("--zone", "Mars/Olympus"), "There is no time zone Mars/Olympus."),
    ],
)
def test_what_is_unknown_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = tocsin("simulate", *arguments)
    assert result.exit_code == 1
    assert said in result.output
