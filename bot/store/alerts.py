"""Alerts: rows to frozen alerts and back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.alert import Alert, AlertStatus, Link
from bot.core.ids import AlertId, IntegrationId, PageId
from bot.store.tables import AlertRow

_TABLE = AlertRow.__table__  # type: ignore[attr-defined]
_LINKS: TypeAdapter[tuple[Link, ...]] = TypeAdapter(tuple[Link, ...])
_SAME = [
    "integration",
    "service",
    "dedup_key",
    "status",
    "title",
    "description",
    "severity",
    "source",
    "starts_at",
    "first_at",
    "last_at",
    "events",
    "resolved_at",
    "resolved_by",
]


def _row(alert: Alert) -> dict[str, Any]:
    row = {name: getattr(alert, name) for name in _SAME}
    row |= {
        "tags": dict(alert.tags),
        "payload": dict(alert.payload),
        "links": _LINKS.dump_python(alert.links, mode="json"),
        "page_id": alert.page,
    }
    return row


def _alert(row: RowMapping) -> Alert:
    values = {name: row[name] for name in _SAME}
    values["status"] = AlertStatus(row["status"])
    links = tuple(Link(**link) for link in row["links"])
    return Alert(
        id=AlertId(row["id"]),
        tags=row["tags"],
        links=links,
        payload=row["payload"],
        page=row["page_id"],
        **values,
    )


async def latest(conn: AsyncConnection, integration: IntegrationId, key: str) -> Alert | None:
    """The latest occurrence of a key, whatever its status."""
    query = (
        select(_TABLE)
        .where(_TABLE.c.integration == integration, _TABLE.c.dedup_key == key)
        .order_by(_TABLE.c.id.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).mappings().first()
    return _alert(row) if row else None


async def add(conn: AsyncConnection, alert: Alert) -> AlertId:
    result = await conn.execute(insert(_TABLE).values(_row(alert)).returning(_TABLE.c.id))
    return AlertId(result.scalar_one())


async def save(conn: AsyncConnection, alert: Alert) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == alert.id).values(_row(alert)))


async def of_page(conn: AsyncConnection, page: PageId) -> tuple[Alert, ...]:
    rows = await conn.execute(select(_TABLE).where(_TABLE.c.page_id == page).order_by(_TABLE.c.id))
    return tuple(_alert(row) for row in rows.mappings())


async def firing_on(conn: AsyncConnection, page: PageId) -> int:
    query = select(func.count()).where(_TABLE.c.page_id == page, _TABLE.c.status == AlertStatus.FIRING)
    return int((await conn.execute(query)).scalar_one())


async def firing_on_any(conn: AsyncConnection, pages: Collection[PageId]) -> int:
    query = select(func.count()).where(_TABLE.c.page_id.in_(pages), _TABLE.c.status == AlertStatus.FIRING)
    return int((await conn.execute(query)).scalar_one())


async def recent(conn: AsyncConnection, limit: int = 200) -> tuple[Alert, ...]:
    rows = await conn.execute(select(_TABLE).order_by(_TABLE.c.id.desc()).limit(limit))
    return tuple(_alert(row) for row in rows.mappings())


async def count_by_status(conn: AsyncConnection) -> dict[str, int]:
    rows = await conn.execute(select(_TABLE.c.status, func.count()).group_by(_TABLE.c.status))
    return {status: count for status, count in rows}
