"""What changed behind a shift, as whoever comes on call reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.config.load import load
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import Schedule
from bot.core.shift_views import ChangedEntry, ChangedMeanwhile
from bot.queries.changed_meanwhile import changed_meanwhile
from bot.store import changes, directory
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.usecases import configuration, overrides, schedules
from bot.usecases.schedules import Change

ANA, BOB = UserId("UANA0001"), UserId("UBOB0001")
COMPANY = """
people: [{id: ana}, {id: bob}]
teams: [{id: payments, members: [ana, bob], owner: ana}]
services:
  - {id: checkout, team: payments, policy: critical}
  - {id: search, team: payments}
schedules:
  - {id: primary, team: payments, time_zone: UTC, participants: [ana, bob], rotation: {unit: weeks},
     hand_off: "09:00", starts_on: 2026-10-05}
policies:
  - {id: critical, levels: [{targets: [{schedule: primary}]}]}
  - {id: standard, levels: [{targets: [{user: ana}]}]}
settings: {default_policy: standard, fallback_channel: "#incidents", admins: [ana]}
"""
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""When bob comes on call; he was until Monday the 16th, and it is Saturday the 21st."""
LAST = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture
async def company(database: Database, clock: ManualClock, tmp_path: Path) -> Database:
    """Configured four weeks ago."""
    names = (("ana", ANA), ("bob", BOB))
    users = [SlackUser(user, "T1", name, name, "", "UTC", False, False, False) for name, user in names]
    now = clock.now()
    clock.set(now - timedelta(days=28))
    async with database.write() as tx:
        await directory.save(tx.conn, users)
    await apply(database, tmp_path, COMPANY)
    clock.set(now)
    return database


async def apply(database: Database, folder: Path, text: str) -> None:
    (folder / "company.yml").write_text(text)
    loaded = load(folder / "company.yml")
    assert loaded.problems == ()
    await configuration.apply_configuration(database, loaded)


async def known(database: Database) -> Catalogue:
    async with database.read() as conn:
        return await configuration.load_catalogue(conn)


async def told(database: Database, person: str = "bob", schedule: str = "primary") -> ChangedMeanwhile | None:
    catalogue = await known(database)
    back_to = MONDAY.replace(month=9)
    shown = catalogue.schedules[ScheduleId(schedule)]
    async with database.read() as conn:
        own = (await changes.since(conn, back_to, (shown,))).of(shown.id)
        return await changed_meanwhile(conn, catalogue, shown, own, PersonId(person), back_to, MONDAY)


async def test_nothing_is_told_of_a_company_that_was_only_set_up(company: Database) -> None:
    assert await told(company) is None


async def test_policies_services_and_the_schedule_itself_are_told_since_the_last_shift(
    company: Database, tmp_path: Path
) -> None:
    changed = COMPANY.replace("id: checkout,", "id: checkout, tier: 1,").replace(
        "{schedule: primary}]", "{schedule: primary}, {user: bob}]"
    )
    await apply(company, tmp_path, changed)
    assert await told(company) == ChangedMeanwhile(
        LAST,
        True,
        (ChangedEntry("policy", "critical"), ChangedEntry("service", "checkout")),
    )


async def test_what_is_behind_another_schedule_or_only_moved_in_its_file_is_not_told(
    company: Database, tmp_path: Path
) -> None:
    await apply(company, tmp_path, f"\n\n{COMPANY}".replace("id: search,", "id: search, tier: 2,"))
    assert await told(company) is None


async def test_what_changed_before_the_last_shift_ended_is_known_already(
    company: Database, clock: ManualClock, tmp_path: Path
) -> None:
    clock.set(clock.now() - timedelta(days=6))  # Sunday the 15th: bob is on call
    await apply(company, tmp_path, COMPANY.replace("id: checkout,", "id: checkout, tier: 1,"))
    clock.forward(hours=6 * 24)
    assert await told(company) is None


async def test_whoever_was_never_on_call_hears_of_the_last_week_and_who_changed_the_schedule(
    company: Database,
) -> None:
    catalogue = await known(company)
    nights = replace(
        catalogue.schedules[ScheduleId("primary")], id=ScheduleId("nights"), name="Nights", owner=None
    )
    assert isinstance(nights, Schedule)
    await schedules.save(company, Change(nights), ANA)
    expected = ChangedMeanwhile(LAST, False, (ChangedEntry("schedule", "Nights", ANA),))
    assert await told(company, "carol", "nights") == expected


async def test_an_override_within_the_week_was_a_shift_too(
    company: Database, clock: ManualClock, tmp_path: Path
) -> None:
    catalogue = await known(company)
    now = clock.now()
    noon = now.replace(hour=12, minute=0)
    await overrides.override(company, catalogue, ScheduleId("primary"), BOB, now, noon, ANA)
    await apply(company, tmp_path, COMPANY.replace("id: checkout,", "id: checkout, tier: 1,"))
    assert await told(company) is None
    clock.forward(hours=12)
    await apply(company, tmp_path, COMPANY.replace("id: checkout,", "id: checkout, tier: 2,"))
    found = await told(company)
    assert found is not None
    assert (found.since, found.is_last_shift) == (noon, True)
