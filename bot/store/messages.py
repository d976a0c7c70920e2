"""Slack messages of ours that follow their subject, and the envelopes that have been acted on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import ChannelId, IncidentId, NotificationId, PageId
from bot.store.hot import hot
from bot.store.tables import MessageRow, ReceivedRow

_TABLE = MessageRow.__table__  # type: ignore[attr-defined]
_RECEIVED = ReceivedRow.__table__  # type: ignore[attr-defined]


_LOAD = hot(select(_TABLE).where(_TABLE.c.id == bindparam("message")))
_OF_SUBJECTS = hot(
    select(_TABLE.c.id, _TABLE.c.subject)
    .where(_TABLE.c.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(_TABLE.c.id)
)
_SHOWS = hot(update(_TABLE).where(_TABLE.c.id == bindparam("message")))


def of_page(page: PageId) -> str:
    """The subject of a page's copies."""
    return f"page:{page}"


def of_incident(incident: IncidentId) -> str:
    return f"incident:{incident}"


@dataclass(frozen=True)
class SlackMessage:
    id: int
    subject: str
    role: str
    channel: ChannelId
    ts: str
    notification: NotificationId | None
    version: int


def _message(row: RowMapping) -> SlackMessage:
    return SlackMessage(
        id=row["id"],
        subject=row["subject"],
        role=row["role"],
        channel=row["channel"],
        ts=row["ts"],
        notification=row["notification_id"],
        version=row["version"],
    )


def _upsert(conn: AsyncConnection, table: Any) -> Any:
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


@cache
def _adding(dialect: str) -> Any:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return hot(insert(_TABLE).on_conflict_do_nothing(index_elements=["channel", "ts"]))


async def add(
    conn: AsyncConnection,
    subject: str,
    role: str,
    channel: str,
    ts: str,
    version: int,
    at: datetime,
    notification: NotificationId | None = None,
) -> None:
    """Remember a message that is out there; the same one twice is one."""
    row = {
        "subject": subject,
        "role": role,
        "channel": channel,
        "ts": ts,
        "version": version,
        "created_at": at,
        "notification_id": notification,
    }
    await conn.execute(_adding(conn.dialect.name), row)


async def load(conn: AsyncConnection, message: int) -> SlackMessage | None:
    row = (await conn.execute(_LOAD, {"message": message})).mappings().first()
    return _message(row) if row else None


async def of_subject(
    conn: AsyncConnection, subject: str, role: str | None = None
) -> tuple[SlackMessage, ...]:
    query = select(_TABLE).where(_TABLE.c.subject == subject).order_by(_TABLE.c.id)
    rows = await conn.execute(query.where(_TABLE.c.role == role) if role else query)
    return tuple(_message(row) for row in rows.mappings())


async def of_pages(conn: AsyncConnection, touched: Collection[PageId]) -> tuple[tuple[int, PageId], ...]:
    """The copies of these pages: each message's number with its page."""
    subjects = {of_page(page): page for page in touched}
    found = await conn.execute(_OF_SUBJECTS, {"subjects": list(subjects)})
    return tuple((number, subjects[subject]) for number, subject in found)


async def at_place(conn: AsyncConnection, channel: str, ts: str) -> SlackMessage | None:
    query = select(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.ts == ts)
    row = (await conn.execute(query)).mappings().first()
    return _message(row) if row else None


async def shows(conn: AsyncConnection, message: int, version: int) -> None:
    await conn.execute(_SHOWS, {"message": message, "version": version})


async def forget(conn: AsyncConnection, message: int) -> None:
    """It is gone from Slack."""
    await conn.execute(delete(_TABLE).where(_TABLE.c.id == message))


async def first_time(conn: AsyncConnection, key: str, at: datetime) -> bool:
    """Whether this envelope is new; remembers it in the same transaction as what it brings."""
    statement = _upsert(conn, _RECEIVED).values(key=key, at=at).on_conflict_do_nothing(index_elements=["key"])
    return bool((await conn.execute(statement)).rowcount)


async def forget_received(conn: AsyncConnection, before: datetime) -> None:
    await conn.execute(delete(_RECEIVED).where(_RECEIVED.c.at < before))
