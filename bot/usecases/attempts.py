"""What came of an attempt to reach somebody, and what follows from it."""

from __future__ import annotations

from bot.core.catalogue import Catalogue
from bot.core.contact import SLACK_DM
from bot.core.debts import Failed, Outcome, Sent
from bot.core.facts import PersonNotified
from bot.core.ids import TOCSIN, NotificationId
from bot.store import attempts, contacts, pages
from bot.store.pages import Notification
from bot.store.uow import Tx
from bot.usecases import paging


async def settle(
    tx: Tx, catalogue: Catalogue, number: NotificationId, outcome: Outcome
) -> Notification | None:
    """Write the outcome of a send that ended; answers the notification as it is now.

    One that failed for good hands over to the person's next method, and after the last one to the next level.
    """
    match outcome:
        case Sent():
            return await _became(tx, catalogue, number, "sent", "", outcome)
        case Failed():
            return await _became(tx, catalogue, number, "failed", outcome.reason)
        case _:
            return await pages.settle_notification(tx.conn, number, "canceled", outcome.reason, tx.now)


async def _became(
    tx: Tx, catalogue: Catalogue, number: NotificationId, state: str, reason: str, sent: Sent | None = None
) -> Notification | None:
    note = await pages.settle_notification(tx.conn, number, state, reason, tx.now)
    if note is None:
        return None
    tx.record(
        PersonNotified(
            at=tx.now,
            by=TOCSIN,
            page=note.page,
            user=note.addressee,
            method=note.method,
            to=await _used(tx, note, reason),
            outcome=state,
            reason=note.reason,
            level=note.level,
        )
    )
    if state == "failed":
        await paging.could_not_reach(tx, catalogue, note)
    elif sent is not None and sent.remote.get("provider"):
        remote = sent.remote
        await attempts.carried(tx.conn, note.id, str(remote["provider"]), str(remote.get("id") or ""))
    return note


async def _used(tx: Tx, note: Notification, problem: str) -> str:
    """The method remembers whether it works; answers the end of its address."""
    method = None if note.contact == SLACK_DM else await contacts.load(tx.conn, note.contact)
    if method is None:
        return ""
    if problem or method.problem:
        await contacts.change(
            tx.conn, method.id, problem=problem[:200], problem_at=tx.now if problem else None
        )
    return method.ending
