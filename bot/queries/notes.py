"""Which messages of an incident's channel are noted in its timeline."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.facts import Fact, NoteAdded, NoteEdited, NoteRetracted, NoteSourceDeleted
from bot.core.ids import IncidentId
from bot.core.notes import Noted, standing
from bot.store import timeline


async def noted_messages(conn: AsyncConnection, number: IncidentId) -> dict[str, Noted]:
    """The notes that stand, by their message's ts."""
    facts: dict[str, list[Fact]] = {}
    for fact in await timeline.of_incident(conn, number):
        if isinstance(fact, NoteAdded | NoteEdited | NoteRetracted | NoteSourceDeleted) and fact.message:
            facts.setdefault(fact.message, []).append(fact)
    return {ts: noted for ts, of_one in facts.items() if (noted := standing(of_one)) is not None}
