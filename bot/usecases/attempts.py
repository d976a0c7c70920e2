"""What came of an attempt to reach somebody, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.called import Called, Told
from bot.core.catalogue import Catalogue
from bot.core.contact import SLACK_DM, MethodKind
from bot.core.debts import Failed, Outcome, Sent, Spared
from bot.core.facts import PersonNotified
from bot.core.ids import TOCSIN, NotificationId
from bot.core.page import PageState
from bot.store import attempts, contacts, pages
from bot.store.database import Database
from bot.store.pages import Notification
from bot.store.uow import Tx
from bot.usecases import calls, paging, reaching

NEVER_SENT = ("planned", "skipped")
"""Of these no provider knows."""


async def settle(
    tx: Tx, catalogue: Catalogue, number: NotificationId, outcome: Outcome
) -> Notification | None:
    """Write the outcome of a send that ended; answers the notification as it is now.

    One that failed for good hands over to the person's next method, and after the last one to the next level.
    """
    match outcome:
        case Sent():
            remote = outcome.remote
            if remote.get("provider"):
                await attempts.carried(tx.conn, number, str(remote["provider"]), str(remote.get("id") or ""))
            reason = await _in_the_end(tx, number, remote) if remote.get("missed") else ""
            note = await _became(tx, catalogue, number, "sent", reason)
            if note is not None and note.method == MethodKind.VOICE:
                await _hang_up_late(tx, note)
            return note
        case Failed():
            return await _became(tx, catalogue, number, "failed", outcome.reason)
        case Spared():
            return await _became(tx, catalogue, number, "skipped", outcome.reason)
        case _:
            return await pages.settle_notification(tx.conn, number, "canceled", outcome.reason, tx.now)


async def told(
    db: Database, catalogue: Catalogue, called: Called, what: Told, reason: str = "", remote: str = ""
) -> None:
    """A provider tells what came of a message that it took, as often and in which order it likes.

    Delivered is never taken back; failed is, by delivered. `remote` is its id of the message.
    """
    state = "delivered" if what is Told.DELIVERED else "failed"
    known_better = ("delivered",) if what is Told.DELIVERED else pages.TOLD
    async with db.write() as tx:
        meant = await pages.notification(tx.conn, called.notification)
        if meant is None or (meant.page, meant.user) != (called.page, called.user):
            return
        if what is Told.DELIVERED and meant.state == "failed":
            reason = "it came through after all"
        note = await pages.settle_notification(
            tx.conn, called.notification, state, reason, tx.now, (*NEVER_SENT, *known_better)
        )
        if note is None:
            return
        if remote:
            await attempts.has_remote(tx.conn, note.id, remote)
        await _record(tx, note, state, reason if what is Told.REFUSED else "")
        match what:
            case Told.REFUSED:
                await paging.could_not_reach(tx, catalogue, note)
            case Told.UNDELIVERED:
                await reaching.is_lost(tx, note)  # their next method need not wait; they are not out of reach
            case _:
                pass


async def _became(
    tx: Tx, catalogue: Catalogue, number: NotificationId, state: str, reason: str = ""
) -> Notification | None:
    note = await pages.settle_notification(tx.conn, number, state, reason, tx.now)
    if note is None:
        return None
    await _record(tx, note, state, reason if state == "failed" else "")
    if state == "failed":
        await paging.could_not_reach(tx, catalogue, note)
    return note


async def _hang_up_late(tx: Tx, note: Notification) -> None:
    """The call was in the air while somebody took the page."""
    page = await pages.load(tx.conn, note.page)
    if page is not None and page.state is not PageState.TRIGGERED:
        await calls.hang_up(tx, [page.id])


async def _in_the_end(tx: Tx, number: NotificationId, remote: Mapping[str, Any]) -> str:
    """Why it goes out when it does, which providers did not take it, and who did."""
    note = await pages.notification(tx.conn, number)
    known = [note.reason] if note and note.reason else []
    return "; ".join([*known, str(remote["missed"]), f"{remote['provider']} took it"])


async def _record(tx: Tx, note: Notification, state: str, problem: str) -> None:
    tx.record(
        PersonNotified(
            at=tx.now,
            by=TOCSIN,
            page=note.page,
            user=note.addressee,
            method=note.method,
            to=await _used(tx, note, problem),
            outcome=state,
            reason=note.reason,
            level=note.level,
        )
    )


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
