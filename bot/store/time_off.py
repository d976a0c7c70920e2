"""When people are away: entered by hand, or read from their calendars."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.store.tables import TimeOffRow

_TABLE = TimeOffRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Away:
    """One span of somebody's time off as it is kept; `calendar` is None when a person entered it."""

    id: int
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    by: str = ""
    calendar: int | None = None


def _away(row: RowMapping) -> Away:
    return Away(
        id=row["id"],
        person=PersonId(row["person"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        reason=row["reason"],
        by=row["by"],
        calendar=row["calendar_id"],
    )


async def load(conn: AsyncConnection, number: int) -> Away | None:
    """Also of what was cut short; None for what was taken back."""
    query = select(_TABLE).where(_TABLE.c.id == number, _TABLE.c.removed_at.is_(None))
    row = (await conn.execute(query)).mappings().first()
    return _away(row) if row else None


async def coming(conn: AsyncConnection, person: PersonId, now: datetime) -> tuple[Away, ...]:
    """What is not over of somebody's time off, the earliest first."""
    mine = (_TABLE.c.person == person, _TABLE.c.removed_at.is_(None), _TABLE.c.ends_at > now)
    query = select(_TABLE).where(*mine).order_by(_TABLE.c.starts_at)
    return tuple(_away(row) for row in (await conn.execute(query)).mappings())


async def add(conn: AsyncConnection, away: Away, made_at: datetime, uid: str | None = None) -> int:
    """Answers its number; `uid` is the calendar's event that says so."""
    row = {
        "person": away.person,
        "starts_at": away.starts_at,
        "ends_at": away.ends_at,
        "reason": away.reason,
        "made_at": made_at,
        "by": away.by,
        "calendar_id": away.calendar,
        "uid": uid,
    }
    result = await conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))
    return int(result.scalar_one())


async def end(conn: AsyncConnection, away: Away, at: datetime) -> None:
    """Cut it short at `at`; what has not begun by then is taken back."""
    values = {"ends_at": at} if away.starts_at < at else {"removed_at": at}
    await conn.execute(update(_TABLE).where(_TABLE.c.id == away.id).values(values))


async def of_calendar(conn: AsyncConnection, calendar: int) -> tuple[tuple[str, Away], ...]:
    """What stands because a calendar says so, each with its event's uid."""
    standing = _TABLE.c.calendar_id == calendar, _TABLE.c.removed_at.is_(None)
    rows = await conn.execute(select(_TABLE).where(*standing).order_by(_TABLE.c.id))
    return tuple((row["uid"] or "", _away(row)) for row in rows.mappings())
