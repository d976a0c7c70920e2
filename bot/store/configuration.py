"""Configured objects, and the workspace's people as configuration looks for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.company import SlackUser
from bot.core.configuration import ConfigObject, Kind, Owner
from bot.core.ids import UserId
from bot.store.tables import ConfigObjectRow, SlackUserRow

_OBJECTS = ConfigObjectRow.__table__  # type: ignore[attr-defined]
_USERS = SlackUserRow.__table__  # type: ignore[attr-defined]


async def objects(conn: AsyncConnection, kind: Kind | None = None) -> tuple[ConfigObject, ...]:
    """Every object, or those of a kind, by kind and key."""
    query = select(_OBJECTS).order_by(_OBJECTS.c.kind, _OBJECTS.c.key)
    if kind is not None:
        query = query.where(_OBJECTS.c.kind == kind.value)
    return tuple(
        ConfigObject(
            kind=Kind(row["kind"]),
            key=row["key"],
            body=row["body"],
            owner=Owner(row["owner"]),
            file=row["file"],
            line=row["line"],
        )
        for row in (await conn.execute(query)).mappings()
    )


async def count(conn: AsyncConnection) -> int:
    return int((await conn.execute(select(func.count()).select_from(_OBJECTS))).scalar_one())


async def put(conn: AsyncConnection, wanted: Iterable[ConfigObject], now: datetime) -> None:
    """Write each object, new or over the one with its kind and key."""
    rows = [
        {
            "kind": one.kind.value,
            "key": one.key,
            "body": one.body,
            "owner": one.owner.value,
            "file": one.file,
            "line": one.line,
            "digest": one.digest,
            "updated_at": now,
        }
        for one in wanted
    ]
    if not rows:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_OBJECTS)
    replaced: dict[str, Any] = {
        name: statement.excluded[name] for name in ("body", "owner", "file", "line", "digest")
    }
    # What only stands elsewhere now did not change.
    is_same = _OBJECTS.c.digest == statement.excluded.digest
    replaced["updated_at"] = case((is_same, _OBJECTS.c.updated_at), else_=statement.excluded.updated_at)
    await conn.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=replaced), rows)


async def changed_since(conn: AsyncConnection, since: datetime) -> frozenset[tuple[Kind, str]]:
    """Kind and key of what was made or changed after `since`; not what the very first apply brought."""
    first = select(func.min(_OBJECTS.c.updated_at)).scalar_subquery()
    c = _OBJECTS.c
    query = select(c.kind, c.key).where(c.updated_at > since, c.updated_at > first)
    return frozenset((Kind(kind), key) for kind, key in await conn.execute(query))


async def remove(conn: AsyncConnection, unwanted: Iterable[ConfigObject]) -> None:
    names = [and_(_OBJECTS.c.kind == one.kind.value, _OBJECTS.c.key == one.key) for one in unwanted]
    if names:
        await conn.execute(delete(_OBJECTS).where(or_(*names)))


async def roster(conn: AsyncConnection) -> tuple[SlackUser, ...]:
    """Everybody in the workspace, as Slack last told."""
    return tuple(
        SlackUser(
            id=UserId(row["id"]),
            name=row["name"],
            email=row["email"],
            time_zone=row["tz"],
            usable=not row["deleted"] and not row["is_bot"],
        )
        for row in (await conn.execute(select(_USERS).order_by(_USERS.c.id))).mappings()
    )
