"""Somebody was asked by hand to help with a page; whoever asked hears what they answered."""

from __future__ import annotations

from bot.core import debts
from bot.core.ids import PageId, UserId
from bot.store import pages
from bot.store.uow import Tx


async def tell_asker(tx: Tx, page: PageId, by: UserId, *, coming: bool) -> None:
    """Once for each time that `by` was asked and each answer; nothing for somebody who was not asked by another."""
    notes = await pages.notifications(tx.conn, page)
    asked = [note for note in notes if note.user == by and note.added_by not in (None, by)]
    if not asked:
        return
    last = asked[-1]
    data = {"page": page, "user": by, "coming": coming}
    answer = "coming" if coming else "declined"
    tx.owe(
        debts.notice(f"page:{page}:asked:{last.id}:{answer}", str(last.added_by), "responder_answered", data)
    )
