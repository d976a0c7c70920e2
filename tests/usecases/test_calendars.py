"""Time off and layers that outside calendars fill, in a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.core.calendar import CalendarEvent, CalendarId
from bot.core.ids import ScheduleId
from bot.core.schedule import CalendarLayer, on_call
from bot.errors import Wrong
from bot.store import calendars, changes, hand_offs
from bot.store.database import Database
from bot.usecases import calendars as use
from bot.usecases.hand_offs import advance_due
from tests.company import ANA, company

URL = "https://calendar.example.com/ana.ics"
PRIMARY = ScheduleId("payments-primary")
TEN = datetime(2026, 11, 21, 10, tzinfo=UTC)
TRIP = CalendarEvent("trip", "Vacation", TEN, TEN + timedelta(hours=8))
COMPANY = company()
FILLED = replace(
    COMPANY,
    schedules={
        **COMPANY.schedules,
        PRIMARY: replace(COMPANY.schedules[PRIMARY], layers=(CalendarLayer(URL),), owner=None),
    },
)


async def who(db: Database, at: datetime, catalogue=COMPANY) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    schedule = catalogue.schedules[PRIMARY]
    async with db.read() as conn:
        changed = await changes.since(conn, at, (schedule,))
    return on_call(schedule, changed.of(PRIMARY), at).people


async def debts(db: Database) -> list[str]:
    async with db.read() as conn:
        keys = (await conn.execute(text("SELECT key FROM debt ORDER BY id"))).scalars()
        return [key for key in keys if key.startswith("calendar")]


async def taken(db: Database, *events: CalendarEvent, catalogue=COMPANY, number: int = 1) -> None:  # type: ignore[no-untyped-def]
    async with db.write() as tx:
        await use.take(tx, catalogue, CalendarId(number), events, "etag")


async def test_a_linked_calendar_is_read_at_once_and_every_quarter_of_an_hour(
    database: Database, clock: ManualClock
) -> None:
    await use.link(database, COMPANY, URL.replace("https", "webcal"), ANA)
    await advance_due(database, COMPANY)
    assert await debts(database) == ["calendar:1"]
    async with database.read() as conn:
        assert await hand_offs.next_due(conn) == clock.now() + timedelta(minutes=15)


async def test_whoever_is_away_by_their_calendar_is_stood_in_for(database: Database) -> None:
    await use.link(database, COMPANY, URL, ANA)
    await taken(
        database, TRIP, replace(TRIP, uid="standup", title="Standup", starts_at=TEN - timedelta(hours=2))
    )
    assert await who(database, TEN) == ("bob",)
    assert await who(database, TEN - timedelta(hours=1)) == ("ana",)
    await taken(database, replace(TRIP, starts_at=TEN + timedelta(hours=1)))
    assert (await who(database, TEN), await who(database, TEN + timedelta(hours=2))) == (("ana",), ("bob",))
    await taken(database)
    assert await who(database, TEN + timedelta(hours=2)) == ("ana",)


async def test_a_calendar_that_is_unlinked_counts_no_more(database: Database) -> None:
    await use.link(database, COMPANY, URL, ANA)
    await taken(database, TRIP)
    assert await use.unlink(database, COMPANY, ANA)
    assert await who(database, TEN) == ("ana",)
    assert not await use.unlink(database, COMPANY, ANA)


async def test_a_calendar_that_never_worked_is_told_at_once_and_one_that_fails_later_after_an_hour(
    database: Database, clock: ManualClock
) -> None:
    await use.link(database, COMPANY, URL, ANA)
    for _ in range(2):
        async with database.write() as tx:
            await use.failed(tx, COMPANY, CalendarId(1), "The address answered 404.")
    assert len(await debts(database)) == 1
    await taken(database, TRIP)
    for _ in range(5):
        clock.forward(minutes=15)
        async with database.write() as tx:
            await use.failed(tx, COMPANY, CalendarId(1), "The address answered 500.")
        seen = len([key for key in await debts(database) if "calendar_failed" in key])
    assert seen == 2
    assert await who(database, TEN) == ("bob",)  # what it said last still counts


@pytest.mark.parametrize("url", ["", "calendar", "ftp://example.com/x.ics", "https://a b", "javascript:x"])
async def test_what_is_no_address_is_told_at_its_field(database: Database, url: str) -> None:
    with pytest.raises(Wrong) as wrong:
        await use.link(database, COMPANY, url, ANA)
    assert wrong.value.field == "url"


async def test_a_schedule_follows_the_calendar_among_its_layers(database: Database) -> None:
    await advance_due(database, FILLED)
    assert await debts(database) == ["calendar:1"]
    await taken(database, replace(TRIP, title="Carol"), catalogue=FILLED)
    assert await who(database, TEN, FILLED) == ("carol",)
    assert await who(database, TEN + timedelta(hours=9), FILLED) == ()
    await advance_due(database, COMPANY)
    async with database.read() as conn:
        assert await calendars.of_layers(conn) == ()
