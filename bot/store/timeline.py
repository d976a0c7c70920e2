"""The timeline's rows: facts in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.facts import FACT_BY_KIND, Fact, NoteAdded, NoteEdited, NoteRetracted, NoteSourceDeleted
from bot.core.ids import IncidentId, PageId, ScheduleId
from bot.core.schedule_facts import SCHEDULE_FACTS, ScheduleFact
from bot.store.tables import PageRow, TimelineRow

_COMMON = {"at", "by", "page", "incident"}
_KINDS = FACT_BY_KIND | {fact.kind: fact for fact in SCHEDULE_FACTS}
_OF_MESSAGES = [fact.kind for fact in (NoteAdded, NoteEdited, NoteRetracted, NoteSourceDeleted)]
_TABLE = TimelineRow.__table__  # type: ignore[attr-defined]
_PAGES = PageRow.__table__  # type: ignore[attr-defined]


@cache
def _adapter(kind: str) -> TypeAdapter[Fact]:
    return TypeAdapter(_KINDS[kind])


def _row(fact: Fact) -> dict[str, Any]:
    extra = {f.name: getattr(fact, f.name) for f in fields(fact) if f.name not in _COMMON}
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
    await conn.execute(insert(_TABLE), [_row(fact) for fact in facts])


async def of_page(conn: AsyncConnection, page: PageId) -> tuple[Fact, ...]:
    """The page's facts in the order in which they were recorded."""
    rows = await conn.execute(select(_TABLE).where(_TABLE.c.page_id == page).order_by(_TABLE.c.id))
    return tuple(_fact(row) for row in rows.mappings())


async def of_message(conn: AsyncConnection, incident: IncidentId, message: str) -> tuple[Fact, ...]:
    """The facts about one message (its ts) of the incident's channel, in order."""
    notes = _TABLE.c.incident_id == incident, _TABLE.c.kind.in_(_OF_MESSAGES)
    rows = await conn.execute(select(_TABLE).where(*notes).order_by(_TABLE.c.id))
    return tuple(_fact(row) for row in rows.mappings() if row["data"].get("message") == message)


async def of_incident(conn: AsyncConnection, incident: IncidentId) -> tuple[Fact, ...]:
    """The incident's facts and those of its pages, in the order in which they were recorded."""
    its_pages = select(_PAGES.c.id).where(_PAGES.c.incident_id == incident)
    mine = or_(_TABLE.c.incident_id == incident, _TABLE.c.page_id.in_(its_pages))
    rows = await conn.execute(select(_TABLE).where(mine).order_by(_TABLE.c.id))
    return tuple(_fact(row) for row in rows.mappings())


async def of_schedule(conn: AsyncConnection, schedule: ScheduleId, most: int = 100) -> tuple[Fact, ...]:
    """The latest facts of a schedule, in the order in which they were recorded."""
    query = select(_TABLE).where(_TABLE.c.schedule == schedule).order_by(_TABLE.c.id.desc()).limit(most)
    return tuple(reversed([_fact(row) for row in (await conn.execute(query)).mappings()]))
