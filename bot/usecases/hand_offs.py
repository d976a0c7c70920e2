"""What on-call owes when its time comes: unanswered questions, calendars to read, changes of shift, digests."""

from __future__ import annotations

from bot.core.catalogue import Catalogue
from bot.store.database import Database
from bot.usecases import (
    calendars,
    covers,
    drills,
    reachability,
    schedule_care,
    shift_changes,
    swaps,
    user_groups,
)


async def advance_due(db: Database, catalogue: Catalogue) -> None:
    """Take every step of on-call that is due, each once."""
    async with db.write() as tx:
        await covers.advance_due(tx, catalogue)
        await swaps.advance_due(tx, catalogue)
        await calendars.advance_due(tx, catalogue)
        await shift_changes.advance_due(tx, catalogue)
        await schedule_care.send_digests(tx, catalogue)
        await user_groups.advance_due(tx, catalogue)
        await reachability.advance_due(tx, catalogue)
        await drills.advance_due(tx, catalogue)
