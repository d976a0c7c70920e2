"""`tocsin simulate`, `doctor` and `ack` as an operator runs them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.clock import SystemClock
from bot.core.ids import TOCSIN, ServiceId, SeverityId
from bot.store.database import Database
from bot.store.tables import SlackUserRow
from bot.usecases import paging
from bot.usecases.configuration import load_catalogue

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


def test_the_doctor_finds_what_would_leave_somebody_asleep() -> None:
    result = tocsin("doctor")
    assert "- Frank Sato (checkout-critical) has nothing that rings when Slack is silent." in result.output
    assert result.output.splitlines()[-1].endswith(" found, none of them serious.")
    assert result.exit_code == 0
    topics = {one["topic"] for one in json.loads(tocsin("doctor", "--json").output)}
    assert "nothing_rings" in topics


async def _begin(url: str) -> None:
    database = Database(url, SystemClock())
    async with database.read() as conn:
        catalogue = await load_catalogue(conn)
    async with database.write() as tx:
        await paging.begin(
            tx,
            catalogue,
            service=ServiceId("checkout"),
            title="Latency",
            severity=SeverityId("SEV1"),
            by=TOCSIN,
        )
    await database.close()


def test_a_page_is_acknowledged_from_a_terminal(database_url: str) -> None:
    assert tocsin("ack").output == "Nothing waits to be acknowledged.\n"
    asyncio.run(_begin(database_url))
    assert "P-1  SEV1  checkout  Latency" in tocsin("ack").output
    assert tocsin("ack", "P-1", "--as", "carol").output == "You have P-1 (Latency). Nobody else is paged.\n"
    late = tocsin("ack", "1", "--as", "@bob")
    assert late.output.startswith("carol acknowledged this ") and late.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("P-99", "--as", "ana"), "There is no page P-99."),
        (("P-1",), "Say who takes it"),
        (("P-1", "--as", "nobody"), "I know nobody called nobody."),
        (("page", "--as", "ana"), '"page" is no page.'),
    ],
)
def test_what_cannot_be_acknowledged_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = tocsin("ack", *arguments)
    assert result.exit_code == 1 and said in result.output
