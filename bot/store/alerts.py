"""Alerts: rows to frozen alerts and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.alert import Alert, AlertStatus, Link
from bot.core.ids import AlertId, IntegrationId, PageId, ServiceId, SeverityId
from bot.store.hot import hot
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


_COLUMNS = [_TABLE.c[name] for name in (*_SAME, "id", "tags", "payload", "links", "page_id")]
_OF_PAGE = hot(select(*_COLUMNS).where(_TABLE.c.page_id == bindparam("page")).order_by(_TABLE.c.id))
_FIRING_ON = hot(
    select(func.count()).where(_TABLE.c.page_id == bindparam("page"), _TABLE.c.status == AlertStatus.FIRING)
)
_LATEST = hot(
    select(*_COLUMNS).where(
        _TABLE.c.id.in_(
            select(func.max(_TABLE.c.id))
            .where(
                _TABLE.c.integration == bindparam("source"),
                _TABLE.c.dedup_key.in_(bindparam("keys", expanding=True)),
            )
            .group_by(_TABLE.c.dedup_key)
        )
    )
)
_ADD = hot(insert(_TABLE).returning(_TABLE.c.id, _TABLE.c.integration, _TABLE.c.dedup_key))
_SAVE = hot(update(_TABLE).where(_TABLE.c.id == bindparam("alert")))


def _row(alert: Alert) -> dict[str, Any]:
    row = {name: getattr(alert, name) for name in _SAME}
    row["tags"] = dict(alert.tags)
    row["payload"] = dict(alert.payload)
    row["links"] = _LINKS.dump_python(alert.links, mode="json") if alert.links else []
    row["page_id"] = alert.page
    return row


def _alert(row: Sequence[Any]) -> Alert:
    *same, number, tags, payload, links, page = row
    values = dict(zip(_SAME, same, strict=True))
    values["status"] = AlertStatus(values["status"])
    return Alert(
        id=AlertId(number),
        tags=tags,
        links=tuple([Link(**link) for link in links]),
        payload=payload,
        page=page,
        **values,
    )


async def _read(conn: AsyncConnection, query: Select[Any]) -> tuple[Alert, ...]:
    return tuple([_alert(row) for row in await conn.execute(query)])


async def latest(
    conn: AsyncConnection, integration: IntegrationId, keys: Collection[str]
) -> dict[str, Alert]:
    """The latest occurrence of each key that is known, whatever its status."""
    found = await conn.execute(_LATEST, {"source": integration, "keys": list(keys)})
    return {alert.dedup_key: alert for alert in map(_alert, found)}


async def add(conn: AsyncConnection, born: Collection[Alert]) -> dict[tuple[IntegrationId, str], AlertId]:
    """Insert all of them, of different keys, in one statement; their numbers by integration and key."""
    added = await conn.execute(_ADD, [_row(alert) for alert in born])
    return {(integration, key): number for number, integration, key in added}


async def save(conn: AsyncConnection, *changed: Alert) -> None:
    """Write all of them in one statement."""
    if changed:
        await conn.execute(_SAVE, [_row(alert) | {"alert": alert.id} for alert in changed])


async def of_page(conn: AsyncConnection, page: PageId) -> tuple[Alert, ...]:
    return tuple([_alert(row) for row in await conn.execute(_OF_PAGE, {"page": page})])


async def firing_on(conn: AsyncConnection, page: PageId) -> int:
    return int((await conn.execute(_FIRING_ON, {"page": page})).scalar_one())


async def firing_on_any(conn: AsyncConnection, pages: Collection[PageId]) -> int:
    query = select(func.count()).where(_TABLE.c.page_id.in_(pages), _TABLE.c.status == AlertStatus.FIRING)
    return int((await conn.execute(query)).scalar_one())


async def recent(conn: AsyncConnection, limit: int = 200) -> tuple[Alert, ...]:
    return await _read(conn, select(*_COLUMNS).order_by(_TABLE.c.id.desc()).limit(limit))


async def count_by_status(conn: AsyncConnection) -> dict[str, int]:
    rows = await conn.execute(select(_TABLE.c.status, func.count()).group_by(_TABLE.c.status))
    return {status: count for status, count in rows}


async def count_by_service(conn: AsyncConnection, since: datetime) -> dict[ServiceId, dict[SeverityId, int]]:
    """How many alerts of each severity began since then; those without a service or severity are left out."""
    c = _TABLE.c
    query = (
        select(c.service, c.severity, func.count())
        .where(c.first_at >= since, c.service.is_not(None), c.severity.is_not(None))
        .group_by(c.service, c.severity)
    )
    found: dict[ServiceId, dict[SeverityId, int]] = {}
    for service, severity, count in await conn.execute(query):
        found.setdefault(ServiceId(service), {})[SeverityId(severity)] = count
    return found
