"""A drill as people are told of it: who was asked, and who acknowledged how fast by which methods."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.contact import MethodKind
from bot.core.drill import Drill, DrillLine, DrillView, Place
from bot.core.ids import DrillId
from bot.store import drills, pages


async def view(conn: AsyncConnection, number: DrillId) -> DrillView | None:
    drill = await drills.load(conn, number)
    if drill is None:
        return None
    return DrillView(drill, tuple([await _line(conn, drill, place) for place in drill.taking_part]))


async def _line(conn: AsyncConnection, drill: Drill, place: Place) -> DrillLine:
    number = drill.pages.get(place.user)
    page = await pages.load(conn, number) if number is not None else None
    if number is None or page is None:
        return DrillLine(place, None, None)
    notes = [note for note in await pages.notifications(conn, number) if note.user == place.user]
    began = min((note.created_at for note in notes), default=None)
    held = page.acknowledged_at if page.acknowledged_by == place.user else None
    failed = tuple((MethodKind(n.method).shown, n.reason) for n in notes if n.state == "failed")
    worked = tuple(MethodKind(note.method).shown for note in notes if note.state in ("sent", "delivered"))
    return DrillLine(place, number, held - began if held and began else None, failed, worked)
