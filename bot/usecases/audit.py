"""Mend what the auditor finds: a page without a next step, an incident without a channel. It should never happen."""

from __future__ import annotations

from dataclasses import replace

from bot.core import debts
from bot.core.facts import PageRepaired
from bot.core.ids import TOCSIN
from bot.store import incidents, pages
from bot.store.database import Database


async def repair(db: Database) -> int:
    """A page that lost its deadline is due now, a half-made incident is owed its channel; answers how many."""
    async with db.write() as tx:
        lost = [p for p in await pages.without_next_step(tx.conn, tx.now) if p.due_at is None]
        for page in lost:
            await pages.save(tx, replace(page, due_at=tx.now, version=page.version + 1))
            tx.record(PageRepaired(at=tx.now, by=TOCSIN, page=page.id, problem="it had no next step"))
        half_made = await incidents.half_made(tx.conn)
        for incident in half_made:
            tx.owe(debts.incident(debts.DebtKind.INCIDENT_CHANNEL, incident))
        tx.wake("escalate")
        return len(lost) + len(half_made)
