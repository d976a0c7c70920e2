"""What changes who is on call, as the resolver reads it from the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, update

from bot.clock import ManualClock
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import CalendarLayer, Origin, Override, Schedule, on_call
from bot.store import changes, overrides
from bot.store.database import Database
from bot.store.tables import CalendarRow, OverrideRow, TimeOffRow
from tests.company import company

PRIMARY = company().schedules[ScheduleId("payments-primary")]
URL = "https://calendar.example.com/on-call.ics"
HOUR = timedelta(hours=1)


async def _who(database: Database, clock: ManualClock, schedule: Schedule = PRIMARY) -> tuple[str, ...]:
    async with database.read() as conn:
        changed = await changes.since(conn, clock.now(), [schedule])
    return on_call(schedule, changed.of(schedule.id), clock.now()).people


async def test_whoever_is_away_is_stood_in_for_until_they_take_it_back(
    database: Database, clock: ManualClock
) -> None:
    now = clock.now()
    assert await _who(database, clock) == ("ana",)
    away = {
        "person": "ana",
        "starts_at": now - HOUR,
        "ends_at": now + HOUR,
        "reason": "",
        "by": "",
        "made_at": now,
    }
    async with database.write() as tx:
        await tx.conn.execute(insert(TimeOffRow).values(away))
    assert await _who(database, clock) == ("bob",)
    async with database.write() as tx:
        await tx.conn.execute(update(TimeOffRow).values(removed_at=now))
    assert await _who(database, clock) == ("ana",)


async def test_an_override_says_how_it_came_to_be_and_counts_no_more_once_taken_back(
    database: Database, clock: ManualClock
) -> None:
    now = clock.now()
    made = Override(
        PRIMARY.id, PersonId("frank"), now - HOUR, now + HOUR, now, "Dentist", "UANA", origin=Origin.SWAP
    )
    async with database.write() as tx:
        kept = await overrides.add(tx.conn, made)
    async with database.read() as conn:
        changed = await changes.since(conn, now, [PRIMARY])
    assert replace(kept, id=0) == made
    assert on_call(PRIMARY, changed.of(PRIMARY.id), now).override == kept
    async with database.write() as tx:
        await tx.conn.execute(update(OverrideRow).values(removed_at=now))
    assert await _who(database, clock) == ("ana",)


async def test_a_calendar_that_was_read_fills_its_layer(database: Database, clock: ManualClock) -> None:
    now = clock.now()
    by_calendar = replace(PRIMARY, layers=(*PRIMARY.layers, CalendarLayer(URL)))
    assert await _who(database, clock, by_calendar) == ("ana",)
    span = {"person": "carol", "starts_at": (now - HOUR).isoformat(), "ends_at": (now + HOUR).isoformat()}
    row = {
        "purpose": "layer",
        "url": URL,
        "by": "",
        "made_at": now,
        "etag": "",
        "spans": [span],
        "problem": "",
    }
    async with database.write() as tx:
        await tx.conn.execute(insert(CalendarRow).values(row | {"due_at": now}))
    assert await _who(database, clock, by_calendar) == ("carol",)


async def test_the_same_rows_are_read_once_and_any_other_row_is_seen(
    database: Database, clock: ManualClock
) -> None:
    now = clock.now()
    async with database.write() as tx:
        await overrides.add(
            tx.conn, Override(PRIMARY.id, PersonId("frank"), now - HOUR, now + HOUR, now, "Dentist")
        )
    async with database.read() as conn:
        first = await changes.since(conn, now, [PRIMARY])
        assert await changes.since(conn, now, [PRIMARY]) is first
    assert await _who(database, clock) == ("frank",)
    async with database.write() as tx:
        await tx.conn.execute(update(OverrideRow).values(ends_at=now))
    assert await _who(database, clock) == ("ana",)
