"""The auditor finds what breaks the promise, and mends it."""

from __future__ import annotations

from sqlalchemy import text

from bot.clock import ManualClock
from bot.core.ids import TOCSIN
from bot.queries import health
from bot.store.database import Database
from bot.store.journal import NewEntry, append
from bot.usecases import audit, paging
from bot.usecases.declaring import Declare, PageWhom, declare
from tests.company import CHECKOUT, ERIN, SEV1, company


async def problems(db: Database, clock: ManualClock) -> list[str]:
    async with db.read() as conn:
        return [problem.what for problem in await health.audit(conn, clock.now(), clock.real(), clock.scale)]


async def begin(db: Database) -> None:
    async with db.write() as tx:
        await paging.begin(tx, company(), service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN)


async def change(db: Database, statement: str) -> None:
    async with db.write() as tx:
        await tx.conn.execute(text(statement))


async def test_all_is_well_while_steps_are_taken_in_time(database: Database, clock: ManualClock) -> None:
    await begin(database)
    clock.forward(minutes=3)
    await paging.advance_due(database, company())
    assert await problems(database, clock) == []


async def test_a_deadline_long_past_is_found(database: Database, clock: ManualClock) -> None:
    await begin(database)
    await change(database, "UPDATE debt SET state = 'sent'")
    clock.forward(minutes=5)
    (problem,) = await problems(database, clock)
    assert problem.startswith("P-1 is triggered and its next step was due")


async def test_a_debt_that_is_stuck_is_found(database: Database, clock: ManualClock) -> None:
    await begin(database)
    await change(database, "UPDATE page SET state = 'acknowledged', due_at = NULL")
    clock.forward(minutes=6)
    assert any(
        "page:1:notification:1 has been owed" in problem for problem in await problems(database, clock)
    )


async def test_an_accepted_alert_that_waits_is_found(database: Database, clock: ManualClock) -> None:
    async with database.write() as tx:
        await append(tx.conn, [NewEntry("demo-generic", "http", b"{}")], tx.now)
    clock.forward(minutes=2)
    (problem,) = await problems(database, clock)
    assert "an accepted alert waits" in problem


async def test_an_incident_without_a_channel_is_found_and_its_channel_is_owed(
    database: Database, clock: ManualClock
) -> None:
    request = Declare("Search is down", SEV1, service=CHECKOUT, whom=PageWhom.NOBODY)
    await declare(database, company(), request, ERIN)
    assert await problems(database, clock) == [], "its channel is owed"
    await change(database, "UPDATE debt SET state = 'canceled' WHERE kind = 'incident_channel'")
    assert await problems(database, clock) == ["INC-1 has no channel, and nothing is owed for it"]
    assert await audit.repair(database) == 1
    assert await problems(database, clock) == []


async def test_a_planned_attempt_that_waits_is_found(database: Database, clock: ManualClock) -> None:
    await begin(database)
    late = "UPDATE notification SET state = 'planned', due_at = page.started_at FROM page"
    await change(database, late)
    await change(database, "UPDATE page SET state = 'acknowledged', due_at = NULL")
    await change(database, "UPDATE debt SET state = 'sent'")
    assert await problems(database, clock) == []
    clock.forward(minutes=2)
    (problem,) = await problems(database, clock)
    assert problem.startswith("a planned attempt to reach somebody waits since")
