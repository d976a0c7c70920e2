"""Give back its next step to a page that lost it. It should never happen; it is said loudly when it does."""

from __future__ import annotations

from dataclasses import replace

from bot.core.catalogue import Catalogue
from bot.core.facts import PageRepaired
from bot.core.ids import TOCSIN
from bot.store import pages
from bot.store.database import Database


async def repair(db: Database, catalogue: Catalogue) -> int:
    """Every triggered or snoozed page without a deadline is due now; answers how many there were."""
    async with db.write() as tx:
        lost = [p for p in await pages.without_next_step(tx.conn, tx.now) if p.due_at is None]
        for page in lost:
            await pages.save(tx, replace(page, due_at=tx.now, version=page.version + 1))
            tx.record(PageRepaired(at=tx.now, by=TOCSIN, page=page.id, problem="it had no next step"))
        tx.wake("escalate")
        return len(lost)
