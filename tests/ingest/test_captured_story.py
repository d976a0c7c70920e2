"""The captured bodies from end to end: paged once, closed when the source says that it is over."""

from __future__ import annotations

import orjson

from bot.core.alert import AlertStatus
from bot.core.catalogue import Integration
from bot.core.page import PageState
from bot.ingest.sources import parse_body
from bot.queries import health
from bot.store import alerts as alert_store
from bot.store import journal, pages
from bot.store.database import Database
from bot.usecases.alerts import fold_pending
from tests.company import SEV1, company
from tests.ingest.captured import ALERTMANAGER, SLACK, body, slack_event

WEBHOOK = ("am025_webhook_firing", "am025_webhook_resolved")
MESSAGE = ("am025_slack_default_firing", "am025_slack_default_resolved")


async def arrives(database: Database, integration: Integration, name: str) -> None:
    sent = body(name) if integration is ALERTMANAGER else orjson.dumps(slack_event(name))
    async with database.write() as tx:
        await journal.append(tx.conn, [journal.NewEntry(integration.id, "http", sent)], tx.now)
    await fold_pending(database, company(), parse_body)


async def page_states(database: Database) -> dict[str, int]:
    async with database.read() as conn:
        states = (
            await health.counts(conn, database.clock.now(), database.clock.real(), database.clock.scale)
        ).pages
    return {state: count for state, count in states.items() if count}


async def test_alertmanagers_webhook_pages_once_and_closes_the_page(database: Database) -> None:
    await arrives(database, ALERTMANAGER, WEBHOOK[0])
    await arrives(database, ALERTMANAGER, WEBHOOK[0])
    async with database.read() as conn:
        (page,) = await pages.open_pages(conn)
        found = await alert_store.of_page(conn, page.id)
    assert page.severity == SEV1
    assert [(alert.title, alert.events) for alert in found] == [("Error rate above 5% on checkout", 2)] * 2
    await arrives(database, ALERTMANAGER, WEBHOOK[1])
    assert await page_states(database) == {PageState.RESOLVED: 1}


async def test_alertmanagers_slack_message_pages_once_and_closes_the_page(database: Database) -> None:
    await arrives(database, SLACK, MESSAGE[0])
    await arrives(database, SLACK, MESSAGE[0])
    async with database.read() as conn:
        (page,) = await pages.open_pages(conn)
    assert (page.title, page.severity) == ("HighErrorRate prod-eu (checkout critical)", SEV1)
    await arrives(database, SLACK, MESSAGE[1])
    assert await page_states(database) == {PageState.RESOLVED: 1}


async def test_the_same_problem_by_both_ways_pages_once_and_closes_when_both_say_so(
    database: Database,
) -> None:
    await arrives(database, ALERTMANAGER, WEBHOOK[0])
    await arrives(database, SLACK, MESSAGE[0])
    assert await page_states(database) == {PageState.TRIGGERED: 1}
    await arrives(database, SLACK, MESSAGE[1])
    assert await page_states(database) == {PageState.TRIGGERED: 1}
    await arrives(database, ALERTMANAGER, WEBHOOK[1])
    assert await page_states(database) == {PageState.RESOLVED: 1}
    async with database.read() as conn:
        assert {alert.status for alert in await alert_store.recent(conn)} == {AlertStatus.RESOLVED}
