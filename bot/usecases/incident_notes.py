"""Notes that follow the message they came from: kept by a 📌 or a pin, taken back, edited, deleted.

Only messages in the incident's own channel are followed: of others Slack may not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.core.facts import Fact, NoteAdded, NoteEdited, NoteRetracted, NoteSourceDeleted
from bot.core.ids import TOCSIN, ChannelId, IncidentId, UserId, by_user
from bot.core.notes import Noted, standing
from bot.store import incidents, timeline
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.incidents import LONGEST_TEXT, working_on


async def keep(
    db: Database,
    number: IncidentId,
    message: str,
    by: UserId,
    text: str,
    author: UserId | None,
    link: str,
    *,
    pinned: bool = False,
) -> bool:
    """Note a message that bears a 📌 or is pinned, unless it is noted already; `message` is its ts.

    Answers whether it was new: a message is noted once, whichever mark came first.
    """
    async with db.write() as tx:
        await working_on(tx, number, by)
        if await _standing(tx, number, message):
            return False
        tx.record(
            NoteAdded(
                at=tx.now,
                by=by_user(by),
                incident=number,
                text=text[:LONGEST_TEXT],
                link=link,
                message=message,
                reaction=not pinned,
                pinned=pinned,
                author=author,
            )
        )
        return True


async def take_back(db: Database, number: IncidentId, message: str, by: UserId) -> bool:
    """The last mark is gone: what it noted is retracted, and stays readable. Answers whether there was something."""
    async with db.write() as tx:
        await working_on(tx, number, by)
        noted = await _standing(tx, number, message)
        if noted is None or not noted.marked:
            return False
        tx.record(NoteRetracted(at=tx.now, by=by_user(by), incident=number, message=message, text=noted.text))
        return True


async def lost_its_marks(db: Database, number: IncidentId, message: str) -> bool:
    """The last mark went while nobody told who removed it. Answers whether there was something to take back."""
    async with db.write() as tx:
        await incidents.load(tx.conn, number, lock=True)
        noted = await _standing(tx, number, message)
        if noted is None or not noted.marked:
            return False
        tx.record(NoteRetracted(at=tx.now, by=TOCSIN, incident=number, message=message, text=noted.text))
        return True


async def follow_edit(db: Database, channel: ChannelId, message: str, author: UserId, text: str) -> bool:
    """The author changed a message: if it is noted and says something else now, that is a fact."""
    text = text[:LONGEST_TEXT]

    def edited(tx: Tx, number: IncidentId, noted: Noted) -> Sequence[Fact]:
        if noted.text == text:
            return ()
        return [
            NoteEdited(
                at=tx.now, by=by_user(author), incident=number, message=message, text=text, before=noted.text
            )
        ]

    return await _follow(db, channel, message, edited)


async def follow_deletion(db: Database, channel: ChannelId, message: str) -> bool:
    """A message was deleted, Slack does not say by whom: if it is noted, that is a fact."""

    def deleted(tx: Tx, number: IncidentId, noted: Noted) -> Sequence[Fact]:
        return [NoteSourceDeleted(at=tx.now, by=TOCSIN, incident=number, message=message, text=noted.text)]

    return await _follow(db, channel, message, deleted)


async def _follow(
    db: Database,
    channel: ChannelId,
    message: str,
    tell: Callable[[Tx, IncidentId, Noted], Sequence[Fact]],
) -> bool:
    """Most messages are not noted: that is seen without a write."""
    async with db.read() as conn:
        incident = await incidents.in_channel(conn, channel)
        if incident is None or not await timeline.of_message(conn, incident.id, message):
            return False
    async with db.write() as tx:
        await incidents.load(tx.conn, incident.id, lock=True)
        noted = await _standing(tx, incident.id, message)
        if noted is None or noted.deleted:
            return False
        facts = tell(tx, incident.id, noted)
        tx.record(*facts)
        return bool(facts)


async def _standing(tx: Tx, number: IncidentId, message: str) -> Noted | None:
    return standing(await timeline.of_message(tx.conn, number, message))
