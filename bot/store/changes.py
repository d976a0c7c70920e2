"""All that changes who is on call from day to day, read for the resolver: overrides, time off and calendars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Text,
    bindparam,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import (
    AllChanges,
    CalendarLayer,
    CalendarSpan,
    Origin,
    Override,
    Schedule,
    TimeOff,
    all_changes,
)
from bot.store.hot import hot
from bot.store.tables import CalendarRow, OverrideRow, TimeOffRow
from bot.store.types import Instant, stored_instant

_OVERRIDES = OverrideRow.__table__  # type: ignore[attr-defined]
_TIME_OFF = TimeOffRow.__table__  # type: ignore[attr-defined]
_CALENDARS = CalendarRow.__table__  # type: ignore[attr-defined]


class _Entry(NamedTuple):
    """What was entered by hand, as it is stored; time off has no schedule."""

    id: int
    schedule: str | None
    person: str
    starts_at: str | datetime
    ends_at: str | datetime
    made_at: str | datetime
    reason: str
    by: str
    origin: str


async def since(conn: AsyncConnection, start: datetime, schedules: Iterable[Schedule]) -> AllChanges:
    """What the resolver needs to answer for these schedules at any instant from `start` on.

    One statement, and one more when a calendar is among the layers: a page waits for this.
    """
    entered = tuple([_Entry(*row) for row in await conn.execute(_entries(), {"start": start})])
    layers = (layer for schedule in schedules for layer in schedule.layers)
    urls = {layer.url for layer in layers if isinstance(layer, CalendarLayer)}
    if not urls:
        return _without_calendars(entered)
    return all_changes(*_read(entered), await _calendars(conn, urls))


@cache
def _entries() -> CompoundSelect[Any]:
    """What was entered by hand and ends after `start`; time off has no schedule."""
    o, t = _OVERRIDES.c, _TIME_OFF.c
    start = bindparam("start", type_=Instant)
    made = select(
        o.id, o.schedule, o.person, *_as_stored(o.starts_at, o.ends_at, o.made_at), o.reason, o.by, o.origin
    )
    away = select(
        t.id,
        null(),
        t.person,
        *_as_stored(t.starts_at, t.ends_at, t.made_at),
        t.reason,
        t.by,
        literal("").label("origin"),
    )
    return hot(
        union_all(
            made.where(o.ends_at > start, o.removed_at.is_(None)),
            away.where(t.ends_at > start, t.removed_at.is_(None)),
        )
    )


def _as_stored(*columns: ColumnElement[datetime]) -> list[ColumnElement[str]]:
    """Without their type: instants are read by `_read`, once for as long as the rows are the same."""
    return [type_coerce(column, Text) for column in columns]


@lru_cache(maxsize=8)
def _without_calendars(entered: tuple[_Entry, ...]) -> AllChanges:
    """The same rows make the same changes, with all that was resolved by them."""
    return all_changes(*_read(entered))


@lru_cache(maxsize=8)
def _read(entered: tuple[_Entry, ...]) -> tuple[list[Override], list[TimeOff]]:
    return (
        [_override(one) for one in entered if one.schedule is not None],
        [
            TimeOff(PersonId(one.person), stored_instant(one.starts_at), stored_instant(one.ends_at))
            for one in entered
            if one.schedule is None
        ],
    )


def _override(one: _Entry) -> Override:
    return Override(
        id=one.id,
        schedule=ScheduleId(one.schedule or ""),
        person=PersonId(one.person),
        starts_at=stored_instant(one.starts_at),
        ends_at=stored_instant(one.ends_at),
        made_at=stored_instant(one.made_at),
        reason=one.reason,
        by=one.by,
        origin=Origin(one.origin),
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
