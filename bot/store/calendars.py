"""Outside calendars that are read again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.calendar import CalendarId
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId
from bot.core.schedule import CalendarSpan
from bot.store.tables import CalendarRow

_TABLE = CalendarRow.__table__  # type: ignore[attr-defined]


class Purpose(StrEnum):
    TIME_OFF = "time_off"
    LAYER = "layer"


@dataclass(frozen=True)
class OutsideCalendar:
    """`url` is a secret: whoever has it reads the calendar."""

    id: CalendarId
    purpose: Purpose
    url: str
    made_at: datetime
    due_at: datetime
    person: PersonId | None = None
    """Whose time off."""
    by: UserId | None = None
    read_at: datetime | None = None
    """When it was last read well."""
    etag: str = ""
    problem: str = ""
    problem_since: datetime | None = None


def _calendar(row: RowMapping) -> OutsideCalendar:
    return OutsideCalendar(
        id=CalendarId(row["id"]),
        purpose=Purpose(row["purpose"]),
        url=row["url"],
        made_at=row["made_at"],
        due_at=row["due_at"],
        person=PersonId(row["person"]) if row["person"] else None,
        by=UserId(row["by"]) if row["by"] else None,
        read_at=row["read_at"],
        etag=row["etag"],
        problem=row["problem"],
        problem_since=row["problem_since"],
    )


def _row(calendar: OutsideCalendar) -> dict[str, Any]:
    return {
        "purpose": calendar.purpose.value,
        "url": calendar.url,
        "person": calendar.person,
        "by": calendar.by or "",
        "made_at": calendar.made_at,
        "read_at": calendar.read_at,
        "etag": calendar.etag,
        "problem": calendar.problem,
        "problem_since": calendar.problem_since,
        "due_at": calendar.due_at,
    }


async def add(conn: AsyncConnection, calendar: OutsideCalendar) -> OutsideCalendar:
    """With its number, whatever `calendar.id` says."""
    values = {**_row(calendar), "spans": []}
    result = await conn.execute(insert(_TABLE).values(values).returning(_TABLE.c.id))
    return replace(calendar, id=CalendarId(result.scalar_one()))


async def save(conn: AsyncConnection, calendar: OutsideCalendar) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == calendar.id).values(_row(calendar)))


async def fill(conn: AsyncConnection, calendar: CalendarId, spans: Iterable[CalendarSpan]) -> None:
    """Who is on call by it, as `bot.store.changes` reads it."""
    written = [
        {
            "person": span.person,
            "starts_at": span.starts_at.isoformat(),
            "ends_at": span.ends_at.isoformat(),
        }
        for span in spans
    ]
    await conn.execute(update(_TABLE).where(_TABLE.c.id == calendar).values(spans=written))


async def load(conn: AsyncConnection, calendar: CalendarId) -> OutsideCalendar | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.id == calendar))).mappings().first()
    return _calendar(row) if row else None


async def remove(conn: AsyncConnection, calendars: Iterable[CalendarId]) -> None:
    await conn.execute(delete(_TABLE).where(_TABLE.c.id.in_(list(calendars))))


async def due(conn: AsyncConnection, now: datetime) -> tuple[OutsideCalendar, ...]:
    rows = await conn.execute(select(_TABLE).where(_TABLE.c.due_at <= now).order_by(_TABLE.c.due_at))
    return tuple(_calendar(row) for row in rows.mappings())


async def of_layers(conn: AsyncConnection) -> tuple[OutsideCalendar, ...]:
    rows = await conn.execute(select(_TABLE).where(_TABLE.c.purpose == Purpose.LAYER.value))
    return tuple(_calendar(row) for row in rows.mappings())


async def of_person(conn: AsyncConnection, person: PersonId) -> OutsideCalendar | None:
    """The calendar from which somebody's time off is read."""
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.person == person))).mappings().first()
    return _calendar(row) if row else None
