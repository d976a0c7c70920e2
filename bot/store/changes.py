"""All that changes who is on call from day to day, read for the resolver: overrides, time off and calendars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import PersonId
from bot.core.schedule import (
    AllChanges,
    CalendarLayer,
    CalendarSpan,
    Override,
    Schedule,
    TimeOff,
    all_changes,
)
from bot.store.hot import hot
from bot.store.overrides import override_of
from bot.store.tables import CalendarRow, OverrideRow, TimeOffRow
from bot.store.types import Instant

_OVERRIDES = OverrideRow.__table__  # type: ignore[attr-defined]
_TIME_OFF = TimeOffRow.__table__  # type: ignore[attr-defined]
_CALENDARS = CalendarRow.__table__  # type: ignore[attr-defined]


async def since(conn: AsyncConnection, start: datetime, schedules: Iterable[Schedule]) -> AllChanges:
    """What the resolver needs to answer for these schedules at any instant from `start` on.

    One statement, and one more when a calendar is among the layers: a page waits for this.
    """
    overrides, time_off = await _entered(conn, start)
    layers = (layer for schedule in schedules for layer in schedule.layers)
    urls = {layer.url for layer in layers if isinstance(layer, CalendarLayer)}
    return all_changes(overrides, time_off, await _calendars(conn, urls) if urls else None)


@cache
def _entries() -> CompoundSelect[Any]:
    """What was entered by hand and ends after `start`; time off has no schedule."""
    o, t = _OVERRIDES.c, _TIME_OFF.c
    start = bindparam("start", type_=Instant)
    made = select(o.id, o.schedule, o.person, o.starts_at, o.ends_at, o.made_at, o.reason, o.by, o.origin)
    away = select(
        t.id, null(), t.person, t.starts_at, t.ends_at, t.made_at, t.reason, t.by, literal("").label("origin")
    )
    return hot(
        union_all(
            made.where(o.ends_at > start, o.removed_at.is_(None)),
            away.where(t.ends_at > start, t.removed_at.is_(None)),
        )
    )


async def _entered(conn: AsyncConnection, start: datetime) -> tuple[list[Override], list[TimeOff]]:
    rows: Sequence[Any] = (await conn.execute(_entries(), {"start": start})).mappings().all()
    return (
        [override_of(row) for row in rows if row["schedule"] is not None],
        [
            TimeOff(PersonId(row["person"]), row["starts_at"], row["ends_at"])
            for row in rows
            if row["schedule"] is None
        ],
    )


async def _calendars(conn: AsyncConnection, urls: set[str]) -> dict[str, list[CalendarSpan]]:
    """`calendar.spans` is a list of `{"person", "starts_at", "ends_at"}` with instants in ISO 8601."""
    c = _CALENDARS.c
    query = select(c.url, c.spans).where(c.purpose == "layer", c.url.in_(urls))
    found: dict[str, list[CalendarSpan]] = {}
    for row in (await conn.execute(query)).mappings():
        found[row["url"]] = [
            CalendarSpan(
                PersonId(span["person"]),
                datetime.fromisoformat(span["starts_at"]),
                datetime.fromisoformat(span["ends_at"]),
            )
            for span in row["spans"]
        ]
    return found
