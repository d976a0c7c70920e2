"""Accepted bodies become alerts, alerts become pages, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
import pytest

from bot.clock import ManualClock
from bot.core.alert import AlertStatus, IncomingAlert
from bot.core.catalogue import Integration, IntegrationType
from bot.core.ids import IntegrationId, PageId, by_user
from bot.core.page import Page, PageState
from bot.ingest.sources import parse_body
from bot.store import alerts as alert_store
from bot.store import journal, pages, timeline
from bot.store.database import Database
from bot.usecases import alerts, paging
from tests.company import ANA, BOB, SEV1, SEV3, company

COMPANY = company()


def parse(_integration: Integration, body: bytes) -> Sequence[IncomingAlert]:
    """The test's own format: the fields of an `IncomingAlert`."""
    fields = orjson.loads(body)
    return [IncomingAlert(**(fields | {"status": AlertStatus(fields.get("status", "firing"))}))]


async def send(db: Database, *bodies: bytes | dict[str, str]) -> None:
    entries = [
        journal.NewEntry("demo-generic", "http", body if isinstance(body, bytes) else orjson.dumps(body))
        for body in bodies
    ]
    async with db.write() as tx:
        await journal.append(tx.conn, entries, tx.now)
    while await alerts.fold_pending(db, COMPANY, parse):
        pass


async def open_pages(db: Database) -> tuple[Page, ...]:
    async with db.read() as conn:
        return await pages.open_pages(conn)


async def page(db: Database, number: int = 1) -> Page:
    async with db.read() as conn:
        found = await pages.load(conn, PageId(number))
    assert found is not None
    return found


async def test_alerts_of_one_service_share_its_open_page(database: Database) -> None:
    await send(
        database,
        {"title": "a", "severity": "warning"},
        {"title": "b", "severity": "critical"},
        {"title": "a"},
    )
    (only,) = await open_pages(database)
    assert only.severity == SEV1, "a page is as bad as its worst alert"
    async with database.read() as conn:
        assert [(a.title, a.events, a.severity) for a in await alert_store.of_page(conn, only.id)] == [
            ("a", 2, SEV3),
            ("b", 1, SEV1),
        ]


async def test_services_have_pages_of_their_own(database: Database) -> None:
    await send(database, {"title": "a", "service": "checkout"}, {"title": "a", "service": "search"})
    assert {str(p.service) for p in await open_pages(database)} == {"checkout", "search"}


async def test_an_unknown_service_pages_by_the_default_policy(database: Database) -> None:
    await send(database, {"title": "a", "service": "billing"})
    (only,) = await open_pages(database)
    assert (only.service, only.policy.id) == ("billing", COMPANY.default_policy)


async def test_the_page_ends_with_its_last_alert(database: Database) -> None:
    await send(database, {"title": "a"}, {"title": "b"}, {"title": "a", "status": "resolved"})
    assert (await page(database)).state is PageState.TRIGGERED
    await send(database, {"title": "b", "status": "resolved"})
    assert (await page(database)).state is PageState.RESOLVED
    await send(database, {"title": "a"})
    assert [p.id for p in await open_pages(database)] == [2], "the next alert starts a new page"


async def test_resolving_by_hand_ends_the_alerts_and_a_repeat_only_counts(
    database: Database, clock: ManualClock
) -> None:
    await send(database, {"title": "a"})
    await paging.resolve(database, COMPANY, PageId(1), by_user(BOB))
    clock.forward(minutes=9)
    await send(database, {"title": "a"})
    assert await open_pages(database) == ()
    clock.forward(minutes=2)
    await send(database, {"title": "a"})
    assert len(await open_pages(database)) == 1


async def test_a_new_alert_on_an_acknowledged_page_wakes_nobody_again(database: Database) -> None:
    await send(database, {"title": "a"})
    await paging.acknowledge(database, COMPANY, PageId(1), ANA)
    await send(database, {"title": "b"})
    assert (await page(database)).state is PageState.ACKNOWLEDGED
    async with database.read() as conn:
        assert len(await pages.notifications(conn, PageId(1))) == 1


@pytest.mark.parametrize("poison", [b"\xff\xfe not what it says", b"[]"])
async def test_a_body_that_cannot_be_folded_is_shown_raw_and_stops_nobody(
    database: Database, poison: bytes
) -> None:
    await send(database, poison, {"title": "fine"})
    async with database.read() as conn:
        titles = {alert.title for alert in await alert_store.recent(conn)}
    assert titles == {"Generic sent something unreadable", "fine"}


async def test_a_body_of_an_integration_that_is_gone_still_pages(database: Database) -> None:
    async with database.write() as tx:
        entry = journal.NewEntry("retired", "http", orjson.dumps({"title": "late"}))
        await journal.append(tx.conn, [entry], tx.now)
    await alerts.fold_pending(database, COMPANY, parse)
    (only,) = await open_pages(database)
    assert only.policy.id == COMPANY.default_policy
    assert IntegrationId("retired") not in COMPANY.integrations


async def of_slack(db: Database, *said: tuple[str, str]) -> None:
    """Messages of a watched channel, in the order in which they reach us: ts and text."""
    bodies = [
        orjson.dumps({"type": "message", "channel": "C1", "bot_id": "B1", "ts": ts, "text": text})
        for ts, text in said
    ]
    entries = [journal.NewEntry("demo-slack", "slack", body) for body in bodies]
    slack = Integration(IntegrationId("demo-slack"), "Slack", IntegrationType.SLACK, channel="#alerts")
    catalogue = replace(COMPANY, integrations={**COMPANY.integrations, slack.id: slack})
    async with db.write() as tx:
        await journal.append(tx.conn, entries, tx.now)
    while await alerts.fold_pending(db, catalogue, parse_body):
        pass


FIRED, OVER = "FIRING: Disk is full", "RESOLVED: Disk is full"


async def test_a_firing_that_its_resolved_overtakes_pages_nobody(database: Database) -> None:
    await of_slack(database, ("17.000002", OVER), ("17.000001", FIRED))
    assert await open_pages(database) == ()
    async with database.read() as conn:
        (only,) = await alert_store.recent(conn)
    assert (only.status, only.events) == (AlertStatus.RESOLVED, 2)


async def test_a_resolved_that_the_next_firing_overtakes_closes_nothing(database: Database) -> None:
    await of_slack(database, ("17.000001", FIRED))
    await of_slack(database, ("17.000003", FIRED))
    await of_slack(database, ("17.000002", OVER))
    (only,) = await open_pages(database)
    async with database.read() as conn:
        facts = await timeline.of_page(conn, only.id)
    assert [fact.kind for fact in facts].count("alert_overtaken") == 1
