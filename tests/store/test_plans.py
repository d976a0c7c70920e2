"""The statements that run all the time find their rows by an index, however much has gone by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import ManualClock
from bot.core.ids import IncidentId, IntegrationId, PageId, ScheduleId, UserId
from bot.store import alerts, attempts, contacts, debts, journal, messages, pages, timeline
from bot.store.database import Database
from bot.store.migrations import migrate
from tests.conftest import NIGHT

LOOKS: dict[str, Callable[[AsyncConnection], Awaitable[Any]]] = {
    "claim debts": lambda conn: debts.claim(conn, "me", NIGHT, 64, [1, 2]),
    "next debt": lambda conn: debts.next_due(conn, [1, 2]),
    "due pages": lambda conn: pages.due(conn, NIGHT, 50),
    "next step": pages.next_due,
    "due attempts": lambda conn: attempts.due(conn, NIGHT, 50),
    "next attempt": attempts.next_due,
    "somebody's methods": lambda conn: contacts.of_users(conn, [UserId("UANA"), UserId("UBOB")]),
    "open page of a service": lambda conn: pages.open_for(conn, ["search:default", "pay:default"]),
    "oldest body": journal.oldest_pending,
    "bodies to fold": lambda conn: journal.pending(conn, 200),
    "latest alerts": lambda conn: alerts.latest(conn, IntegrationId("demo"), ["a", "b"]),
    "pages on a person": lambda conn: pages.involving(conn, UserId("UANA")),
    "pages without somebody's answer": lambda conn: pages.unanswered(conn, UserId("UANA")),
    "notifications of a page": lambda conn: pages.notifications(conn, PageId(1)),
    "timeline of a page": lambda conn: timeline.of_page(conn, PageId(1)),
    "timeline of an incident": lambda conn: timeline.of_incident(conn, IncidentId(1)),
    "timeline of a schedule": lambda conn: timeline.of_schedule(conn, ScheduleId("search")),
    "who worked on a page and its incident": lambda conn: timeline.last_work(conn, PageId(1), IncidentId(1)),
    "copies of pages": lambda conn: messages.of_pages(conn, [PageId(1), PageId(2)]),
}


@pytest.fixture
async def database(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    """On SQLite alone: PostgreSQL plans by what is in the tables."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/one.db", clock)
    await migrate(database)
    yield database
    await database.close()


@pytest.mark.parametrize("look", LOOKS)
async def test_no_look_reads_a_whole_table(database: Database, look: str) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    async with database.write() as tx:
        event.listen(database.write_engine.sync_engine, "before_cursor_execute", note)
        await LOOKS[look](tx.conn)
        event.remove(database.write_engine.sync_engine, "before_cursor_execute", note)
        assert statements
        for statement, parameters in statements:
            explained = await tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = explained.scalars(3).all()
            # A minimum without an index is called a search, and reads every row.
            looks = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
            known = "USING", "CONSTANT ROW"
            assert not [step for step in looks if not any(word in step for word in known)], plan
