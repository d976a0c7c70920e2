"""What one shift leaves to the next: written by whoever goes, read by whoever comes."""

from __future__ import annotations

from datetime import datetime

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.ids import ScheduleId, UserId, by_user
from bot.core.permissions import Action
from bot.core.schedule import on_call
from bot.core.schedule_facts import HandoffNoteLeft
from bot.errors import Wrong
from bot.store import changes, handoff_notes
from bot.store.database import Database
from bot.store.handoff_notes import HandoffNote
from bot.store.uow import Tx
from bot.usecases.members import require
from bot.usecases.schedule_changes import the_schedule


async def leave(
    db: Database, catalogue: Catalogue, schedule: ScheduleId, hand_off_at: datetime, by: UserId, text: str
) -> HandoffNote:
    """Leave a note for the hand-off at `hand_off_at`; a second one of the same person takes the first one's place.

    Whoever comes on call reads it in the message that tells them so; after the hand-off they are told of it on its own.
    Raises `Wrong` at the field `note` and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        the_schedule(catalogue, schedule)
        if not text.strip():
            raise Wrong("Write what the next shift should know. Nothing was saved.", "note")
        note = await handoff_notes.put(
            tx.conn, HandoffNote(schedule, hand_off_at, by, text.strip(), made_at=tx.now)
        )
        tx.record(
            HandoffNoteLeft(
                at=tx.now, by=by_user(by), schedule=schedule, hand_off_at=hand_off_at, text=note.text
            )
        )
        if hand_off_at <= tx.now:
            await _tell_successors(tx, catalogue, note)
        return note


async def _tell_successors(tx: Tx, catalogue: Catalogue, note: HandoffNote) -> None:
    known = catalogue.schedules[note.schedule]
    changed = await changes.since(tx.conn, tx.now, (known,))
    for person in on_call(known, changed.of(known.id), tx.now).people:
        user = catalogue.user_id(person)
        if user is not None and user != note.by:
            key = f"handoff_note:{note.id}:{note.made_at.isoformat()}:{user}"
            tx.owe(debts.notice(key, user, "handoff_note", {"note": note.id}))
