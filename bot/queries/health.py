"""What an auditor finds: pages without a next step, deadlines long past, debts that are stuck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import PageId
from bot.store import alerts, attempts, debts, incidents, journal, pages

OVERDUE_AFTER = timedelta(seconds=60)
"""Real time: a step this late is a problem, not a busy second."""
STUCK_AFTER = timedelta(minutes=5)
"""Real time: a debt owed for this long is a problem; Slack's own limits explain less."""


@dataclass(frozen=True)
class Problem:
    """One thing that is not as promised; `page` when a page is concerned."""

    what: str
    page: PageId | None = None


@dataclass(frozen=True)
class Counts:
    """What `/metrics` shows."""

    alerts: dict[str, int]
    pages: dict[str, int]
    audit_problems: int
    debts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """What is owed, by kind and state."""
    oldest_debt_seconds: float = 0.0


async def audit(conn: AsyncConnection, now: datetime, real: datetime, scale: float) -> tuple[Problem, ...]:
    """Everything that breaks the promise at this moment; empty when all is well.

    `scale`: product seconds in a real one.
    """
    overdue = now - OVERDUE_AFTER * scale
    late = await pages.without_next_step(conn, overdue)
    found = [
        Problem(
            f"P-{page.id} is {page.state} and its next step was due {page.due_at}"
            if page.due_at
            else f"P-{page.id} is {page.state} without a next step",
            page.id,
        )
        for page in late
    ]
    for debt in await debts.stuck(conn, real - STUCK_AFTER):
        found.append(Problem(f"{debt.key} has been owed since long ago ({debt.tries} tries)", debt.page))
    waiting = await journal.oldest_pending(conn)
    if waiting is not None and waiting < overdue:
        found.append(Problem(f"an accepted alert waits since {waiting}"))
    planned = await attempts.next_due(conn)
    if planned is not None and planned < overdue:
        found.append(Problem(f"a planned attempt to reach somebody waits since {planned}"))
    for incident in await incidents.half_made(conn):
        found.append(Problem(f"INC-{incident} has no channel, and nothing is owed for it"))
    return tuple(found)


async def counts(conn: AsyncConnection, now: datetime, real: datetime, scale: float) -> Counts:
    since = await debts.oldest(conn, real)
    return Counts(
        alerts=await alerts.count_by_status(conn),
        pages=await pages.count_by_state(conn),
        audit_problems=len(await audit(conn, now, real, scale)),
        debts=await debts.unsettled(conn),
        oldest_debt_seconds=max(0.0, (real - since).total_seconds()) if since else 0.0,
    )
