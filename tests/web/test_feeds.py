"""Private iCal feeds, read by a real parser of calendars."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import recurring_ical_events
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from icalendar import Calendar

from bot.clock import ManualClock
from bot.core.ids import ScheduleId
from bot.core.schedule import shifts
from bot.errors import NotAllowed
from bot.links import Links
from bot.signing import Signer
from bot.store import changes
from bot.store.database import Database
from bot.usecases import feeds, overrides
from bot.web.feeds import Feeds
from bot.web.server import application
from tests.company import ANA, BOB, CAROL, company

COMPANY = company()
PRIMARY = ScheduleId("payments-primary")
SIGNER = Signer(b"a key for the tests alone")
LINKS = Links("", SIGNER)
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    routes = Feeds(database, lambda: COMPANY, SIGNER).routes()
    async with TestClient(TestServer(application(routes))) as client:
        yield client


def events(body: bytes) -> list[tuple[str, datetime, datetime]]:
    calendar = Calendar.from_ical(body)
    found = recurring_ical_events.of(calendar).between(
        SATURDAY - timedelta(days=30), SATURDAY + timedelta(days=150)
    )
    return sorted(
        ((str(one["SUMMARY"]), one["DTSTART"].dt, one["DTEND"].dt) for one in found), key=lambda one: one[1]
    )


async def test_a_calendar_shows_the_shifts_that_the_resolver_answers(
    database: Database, client: Client
) -> None:
    ten = SATURDAY.replace(hour=10)
    await overrides.override(database, COMPANY, PRIMARY, CAROL, ten, ten + timedelta(hours=8), ANA, "a trip")
    feed = await feeds.of_schedule(database, COMPANY, PRIMARY, ANA)
    answer = await client.get(LINKS.feed(feed.id))
    assert (answer.status, answer.content_type) == (200, "text/calendar")
    schedule = COMPANY.schedules[PRIMARY]
    start, end = SATURDAY - timedelta(days=30), SATURDAY + timedelta(days=150)
    async with database.read() as conn:
        changed = await changes.since(conn, start, (schedule,))
    expected = [
        (f"{COMPANY.people[shift.people[0]].name}: payments-primary", shift.starts_at, shift.ends_at)
        for shift in shifts(schedule, changed.of(PRIMARY), start, end)
    ]
    shown = events(await answer.read())
    assert shown[1 : len(expected) - 1] == expected[1:-1]  # the first and the last are cut elsewhere
    assert ("Carol: payments-primary", ten, ten + timedelta(hours=8)) in shown


async def test_my_feed_shows_my_shifts_on_every_schedule(database: Database, client: Client) -> None:
    feed = await feeds.of_person(database, COMPANY, BOB)
    body = await (await client.get(LINKS.feed(feed.id))).read()
    assert {summary for summary, *_ in events(body)} == {"Bob: payments-primary"}


async def test_the_same_shifts_are_not_sent_twice(
    database: Database, client: Client, clock: ManualClock
) -> None:
    feed = await feeds.of_schedule(database, COMPANY, PRIMARY, ANA)
    first = await client.get(LINKS.feed(feed.id))
    clock.forward(minutes=5)
    again = await client.get(LINKS.feed(feed.id), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


async def test_a_wrong_or_revoked_address_is_not_there(database: Database, client: Client) -> None:
    feed = await feeds.of_schedule(database, COMPANY, PRIMARY, ANA)
    address = LINKS.feed(feed.id)
    other_purpose = f"/v1/feeds/{SIGNER.sign('page', str(feed.id), None)}.ics"
    forged = Links("", Signer(b"somebody else's key")).feed(feed.id)
    unknown = LINKS.feed(feed.id + 1)
    for wrong in (address[:-5] + ".ics", other_purpose, forged, unknown, "/v1/feeds/x.ics"):
        assert (await client.get(wrong)).status == 404, wrong
    with pytest.raises(NotAllowed):
        await feeds.revoke(database, COMPANY, feed.id, BOB)
    assert (await client.get(address)).status == 200
    await feeds.revoke(database, COMPANY, feed.id, ANA)
    assert (await client.get(address)).status == 404
    fresh = await feeds.of_schedule(database, COMPANY, PRIMARY, ANA)
    assert LINKS.feed(fresh.id) != address
    assert (await client.get(LINKS.feed(fresh.id))).status == 200
