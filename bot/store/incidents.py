"""Incidents: rows to frozen incidents and back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, String, cast, exists, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import ChannelId, IncidentId, ServiceId
from bot.core.incident import WORKING, Incident, IncidentLink, IncidentStatus, Update
from bot.store.hot import hot
from bot.store.tables import DebtRow, IncidentRow
from bot.store.uow import Tx

_TABLE = IncidentRow.__table__  # type: ignore[attr-defined]
_WORKING = hot(select(_TABLE).where(_TABLE.c.status.in_(WORKING)).order_by(_TABLE.c.id.desc()))
_DEBTS = DebtRow.__table__  # type: ignore[attr-defined]
_UPDATE: TypeAdapter[Update | None] = TypeAdapter(Update | None)
_LINKS: TypeAdapter[tuple[IncidentLink, ...]] = TypeAdapter(tuple[IncidentLink, ...])
_SAME = [
    "title",
    "severity",
    "status",
    "declared_by",
    "declared_at",
    "service",
    "description",
    "private",
    "channel",
    "channel_name",
    "next_update_at",
    "resolved_at",
    "resolved_by",
    "what_happened",
    "fix",
    "setup_problem",
    "archived",
    "merged_into",
    "version",
]


def _row(incident: Incident) -> dict[str, Any]:
    row = {name: getattr(incident, name) for name in _SAME}
    row |= {
        "roles": dict(incident.roles),
        "invited": list(incident.invited),
        "joined": list(incident.joined),
        "related": list(incident.related),
        "links": _LINKS.dump_python(incident.links, mode="json"),
        "update": _UPDATE.dump_python(incident.update, mode="json"),
    }
    return row


def _incident(row: RowMapping) -> Incident:
    values = {name: row[name] for name in _SAME}
    values["status"] = IncidentStatus(row["status"])
    return Incident(
        id=IncidentId(row["id"]),
        roles=row["roles"],
        invited=tuple(row["invited"]),
        joined=tuple(row["joined"]),
        related=tuple(row["related"]),
        links=_LINKS.validate_python(row["links"], strict=False),
        update=_UPDATE.validate_python(row["update"], strict=False),
        **values,
    )


async def load(conn: AsyncConnection, incident: IncidentId, *, lock: bool = False) -> Incident | None:
    query = select(_TABLE).where(_TABLE.c.id == incident)
    row = (await conn.execute(query.with_for_update() if lock else query)).mappings().first()
    return _incident(row) if row else None


async def in_channel(conn: AsyncConnection, channel: ChannelId) -> Incident | None:
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.channel == channel))).mappings().first()
    return _incident(row) if row else None


async def by_trigger(conn: AsyncConnection, key: str) -> Incident | None:
    """The incident that this submission has declared already."""
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.trigger_key == key))).mappings().first()
    return _incident(row) if row else None


async def add(tx: Tx, incident: Incident, trigger_key: str | None) -> IncidentId:
    row = _row(incident) | {"trigger_key": trigger_key}
    result = await tx.conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))
    return IncidentId(result.scalar_one())


async def save(tx: Tx, incident: Incident) -> None:
    await tx.conn.execute(update(_TABLE).where(_TABLE.c.id == incident.id).values(_row(incident)))


async def open_incidents(conn: AsyncConnection) -> tuple[Incident, ...]:
    """All open ones, the newest first."""
    rows = await conn.execute(_WORKING)
    return tuple(_incident(row) for row in rows.mappings())


async def half_made(conn: AsyncConnection) -> tuple[IncidentId, ...]:
    """Open incidents without a channel for which none is owed and none failed: the auditor's question."""
    key = literal("incident:") + cast(_TABLE.c.id, String) + literal(":incident_channel")
    owed = exists().where(_DEBTS.c.key == key, _DEBTS.c.state.in_(("new", "sending")))
    query = select(_TABLE.c.id).where(
        _TABLE.c.status.in_(WORKING), _TABLE.c.channel.is_(None), _TABLE.c.setup_problem == "", ~owed
    )
    return tuple((await conn.execute(query)).scalars())


async def touching(
    conn: AsyncConnection, services: Collection[ServiceId], start: datetime, end: datetime, limit: int = 100
) -> tuple[Incident, ...]:
    """Incidents of these services that were declared before `end` and are open, or were resolved since `start`."""
    c = _TABLE.c
    mine = (c.service.in_(services), c.declared_at < end)
    alive = or_(c.status.in_(WORKING), c.resolved_at >= start)
    rows = await conn.execute(select(_TABLE).where(*mine, alive).order_by(c.id.desc()).limit(limit))
    return tuple(_incident(row) for row in rows.mappings())


async def recent(conn: AsyncConnection, limit: int = 100) -> tuple[Incident, ...]:
    rows = await conn.execute(select(_TABLE).order_by(_TABLE.c.id.desc()).limit(limit))
    return tuple(_incident(row) for row in rows.mappings())


async def private_ones(conn: AsyncConnection) -> frozenset[IncidentId]:
    rows = await conn.execute(select(_TABLE.c.id).where(_TABLE.c.private.is_(True)))
    return frozenset(IncidentId(number) for number in rows.scalars())
