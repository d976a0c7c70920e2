"""What one shift leaves to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId, UserId
from bot.store.tables import HandoffNoteRow

_TABLE = HandoffNoteRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class HandoffNote:
    schedule: ScheduleId
    hand_off_at: datetime
    """The end of the shift that it tells of."""
    by: UserId
    text: str
    made_at: datetime
    id: int = 0


def _note(row: RowMapping) -> HandoffNote:
    return HandoffNote(
        id=row["id"],
        schedule=ScheduleId(row["schedule"]),
        hand_off_at=row["hand_off_at"],
        by=UserId(row["by"]),
        text=row["text"],
        made_at=row["made_at"],
    )


async def put(conn: AsyncConnection, note: HandoffNote) -> HandoffNote:
    """Each leaves one note for a hand-off: a later one takes its place. Answers it with its number."""
    c = _TABLE.c
    own = (c.schedule == note.schedule, c.hand_off_at == note.hand_off_at, c.by == note.by)
    changed = await conn.execute(
        update(_TABLE).where(*own).values(text=note.text, made_at=note.made_at).returning(c.id)
    )
    number = changed.scalars().first()
    if number is None:
        row = {
            "schedule": note.schedule,
            "hand_off_at": note.hand_off_at,
            "by": note.by,
            "text": note.text,
            "made_at": note.made_at,
        }
        number = (await conn.execute(insert(_TABLE).values(row).returning(c.id))).scalar_one()
    return replace(note, id=int(number))


async def load(conn: AsyncConnection, number: int) -> HandoffNote | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.id == number))).mappings().first()
    return _note(row) if row else None


async def since(
    conn: AsyncConnection, schedule: ScheduleId, start: datetime, most: int = 20
) -> tuple[HandoffNote, ...]:
    """Notes of hand-offs at `start` or later, the latest hand-off first."""
    query = (
        select(_TABLE)
        .where(_TABLE.c.schedule == schedule, _TABLE.c.hand_off_at >= start)
        .order_by(_TABLE.c.hand_off_at.desc(), _TABLE.c.id)
        .limit(most)
    )
    return tuple(_note(row) for row in (await conn.execute(query)).mappings())
