"""The timeline's rows: facts in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, RowMapping, bindparam, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.facts import (
    FACT_BY_KIND,
    Fact,
    IncidentAbsorbed,
    IncidentMerged,
    NoteAdded,
    NoteEdited,
    NoteRetracted,
    NoteSourceDeleted,
)
from bot.core.ids import IncidentId, PageId, ScheduleId
from bot.core.page_facts import PAGE_FACTS
from bot.core.policy_facts import POLICY_FACTS
from bot.core.schedule_facts import SCHEDULE_FACTS, ScheduleFact
from bot.store.hot import hot
from bot.store.tables import PageRow, TimelineRow

_COMMON = {"at", "by", "page", "incident"}
_KINDS = FACT_BY_KIND | {fact.kind: fact for fact in (*SCHEDULE_FACTS, *PAGE_FACTS, *POLICY_FACTS)}
_OF_MESSAGES = [fact.kind for fact in (NoteAdded, NoteEdited, NoteRetracted, NoteSourceDeleted)]
_TABLE = TimelineRow.__table__  # type: ignore[attr-defined]
_APPEND = hot(insert(_TABLE))
_OF_PAGE = hot(select(_TABLE).where(_TABLE.c.page_id == bindparam("page")).order_by(_TABLE.c.id))
_PAGES = PageRow.__table__  # type: ignore[attr-defined]


@cache
def _adapter(kind: str) -> TypeAdapter[Fact]:
    return TypeAdapter(_KINDS[kind])


_OWN_FIELDS = {
    kind: tuple(field.name for field in fields(fact) if field.name not in _COMMON)
    for kind, fact in _KINDS.items()
}


def _row(fact: Fact) -> dict[str, Any]:
    extra = {name: getattr(fact, name) for name in _OWN_FIELDS[fact.kind]}
    return {
        "schedule": extra.pop("schedule") if isinstance(fact, ScheduleFact) else None,
        "at": fact.at,
        "kind": fact.kind,
        "by": fact.by,
        "page_id": fact.page,
        "incident_id": fact.incident,
        "data": extra,
    }


def _fact(row: RowMapping) -> Fact:
    data = {
        **row["data"],
        "at": row["at"],
        "by": row["by"],
        "page": row["page_id"],
        "incident": row["incident_id"],
    }
    if row["schedule"] is not None:
        data["schedule"] = row["schedule"]
    return _adapter(row["kind"]).validate_python(data, strict=False)


async def append(conn: AsyncConnection, facts: Sequence[Fact]) -> None:
    await conn.execute(_APPEND, [_row(fact) for fact in facts])


async def of_page(conn: AsyncConnection, page: PageId) -> tuple[Fact, ...]:
    """The page's facts in the order in which they were recorded."""
    rows = await conn.execute(_OF_PAGE, {"page": page})
    return tuple(_fact(row) for row in rows.mappings())


async def last_work(conn: AsyncConnection, page: PageId, incident: IncidentId | None) -> datetime | None:
    """When a person last did something about the page or its incident, as far as the timeline tells."""
    about = _TABLE.c.page_id == page
    if incident is not None:
        about = or_(about, _TABLE.c.incident_id == incident)
    query = select(func.max(_TABLE.c.at)).where(about, _TABLE.c.by.startswith("user:"))
    at: datetime | None = (await conn.execute(query)).scalar()
    return at


async def of_message(conn: AsyncConnection, incident: IncidentId, message: str) -> tuple[Fact, ...]:
    """The facts about one message (its ts) of the incident's channel, in order."""
    notes = _TABLE.c.incident_id == incident, _TABLE.c.kind.in_(_OF_MESSAGES)
    rows = await conn.execute(select(_TABLE).where(*notes).order_by(_TABLE.c.id))
    return tuple(_fact(row) for row in rows.mappings() if row["data"].get("message") == message)


async def of_incident(conn: AsyncConnection, incident: IncidentId) -> tuple[Fact, ...]:
    """The incident's facts, those of its pages, and those of all that was merged into it, in the order of time.

    Of pages that it took along when it was merged into another one: what happened until then.
    """
    its_pages = select(_PAGES.c.id).where(_PAGES.c.incident_id == incident)
    rows = await _where(conn, or_(_TABLE.c.incident_id == incident, _TABLE.c.page_id.in_(its_pages)))
    end = next((row for row in rows if _merges(row, incident)), None)
    if end is not None and end["data"]["pages"]:
        taken = _TABLE.c.page_id.in_(end["data"]["pages"])
        before = await _where(conn, taken & _TABLE.c.incident_id.is_(None) & (_TABLE.c.id < end["id"]))
        rows = sorted((*rows, *before), key=lambda row: row["id"])
    absorbed = await _absorbed(conn, rows, incident)
    if absorbed:  # incidents ran side by side, and their transactions too
        rows = sorted(
            {row["id"]: row for row in (*rows, *absorbed)}.values(), key=lambda r: (r["at"], r["id"])
        )
    return tuple(_fact(row) for row in rows)


async def _absorbed(
    conn: AsyncConnection, rows: Sequence[RowMapping], incident: IncidentId
) -> list[RowMapping]:
    """The own facts of what was merged into it, and into those."""
    found: list[RowMapping] = []
    known = {incident}
    newest = rows
    while merged := {row["data"]["merged"] for row in newest if row["kind"] == IncidentAbsorbed.kind} - known:
        newest = await _where(conn, _TABLE.c.incident_id.in_(merged))
        found += newest
        known |= merged
    return found


async def _where(conn: AsyncConnection, condition: ColumnElement[bool]) -> Sequence[RowMapping]:
    rows = await conn.execute(select(_TABLE).where(condition).order_by(_TABLE.c.id))
    return rows.mappings().all()


def _merges(row: RowMapping, incident: IncidentId) -> bool:
    return bool(row["kind"] == IncidentMerged.kind and row["incident_id"] == incident)


async def of_schedule(conn: AsyncConnection, schedule: ScheduleId, most: int = 100) -> tuple[Fact, ...]:
    """The latest facts of a schedule, in the order in which they were recorded."""
    query = select(_TABLE).where(_TABLE.c.schedule == schedule).order_by(_TABLE.c.id.desc()).limit(most)
    return tuple(reversed([_fact(row) for row in (await conn.execute(query)).mappings()]))
