"""Planned notifications: attempts to reach somebody whose time is yet to come, or comes sooner, or never."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal_column, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.contact import MethodKind
from bot.core.frozen import dataclass
from bot.core.ids import NotificationId, PageId, UserId
from bot.core.page import OPEN_STATES
from bot.store.hot import hot
from bot.store.pages import NOTE_COLUMNS, TO_COME, Notification, notification_of
from bot.store.tables import ContactMethodRow, NotificationRow, PageRow
from bot.store.types import Instant

_NOTES = NotificationRow.__table__  # type: ignore[attr-defined]
_METHODS = ContactMethodRow.__table__  # type: ignore[attr-defined]
_PAGES = PageRow.__table__  # type: ignore[attr-defined]
SENT = ("owed", "sent", "delivered", "failed")
"""The states of what somebody may have on their telephone."""
_PLANNED = _NOTES.c.state == literal_column("'planned'")
"""In the very words of the partial index, without a bound value: else SQLite does not take it."""
_DUE = hot(
    select(*NOTE_COLUMNS)
    .where(_PLANNED, _NOTES.c.due_at <= bindparam("now", type_=Instant))
    .order_by(_NOTES.c.due_at, _NOTES.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = hot(select(func.min(_NOTES.c.due_at)).where(_PLANNED))


async def due(conn: AsyncConnection, now: datetime, limit: int) -> tuple[Notification, ...]:
    """Whose time has come, the longest waiting first."""
    return tuple([notification_of(row) for row in await conn.execute(_DUE, {"now": now, "most": limit})])


async def next_due(conn: AsyncConnection) -> datetime | None:
    return (await conn.execute(_NEXT_DUE)).scalar()


async def begin(conn: AsyncConnection, numbers: Collection[NotificationId]) -> None:
    """They are owed now."""
    await conn.execute(update(_NOTES).where(_NOTES.c.id.in_(numbers)).values(state="owed", due_at=None))


async def hurry(conn: AsyncConnection, number: NotificationId, now: datetime, reason: str) -> None:
    """A planned one is due now instead of later."""
    sooner = (_NOTES.c.id == number, _PLANNED, _NOTES.c.due_at > now)
    await conn.execute(update(_NOTES).where(*sooner).values(due_at=now, reason=reason))


async def stop(conn: AsyncConnection, page: PageId, user: UserId, now: datetime, reason: str) -> None:
    """Whatever of this page has not left for `user` will not."""
    theirs = (_NOTES.c.page_id == page, _NOTES.c.addressee == user, _NOTES.c.state.in_(TO_COME))
    stopped = {"state": "canceled", "reason": reason, "settled_at": now, "due_at": None}
    await conn.execute(update(_NOTES).where(*theirs).values(stopped))


_SUPERSEDE = hot(
    update(_NOTES)
    .where(
        _NOTES.c.page_id == bindparam("page"),
        _NOTES.c.addressee == bindparam("user"),
        _NOTES.c.contact == bindparam("by"),
        _PLANNED,
        _NOTES.c.due_at >= bindparam("sooner", type_=Instant),
    )
    .values(state="canceled", reason=bindparam("why"), settled_at=bindparam("at"), due_at=null())
)


async def supersede(conn: AsyncConnection, sooner: Sequence[Mapping[str, Any]]) -> None:
    """What an earlier step planned is not tried when a new one tries the same method no later.

    Of each new attempt: `page`, `user`, its method as `by`, its instant as `sooner`; and `why`, and `at` which instant.
    """
    await conn.execute(_SUPERSEDE, [*sooner])


async def carried(conn: AsyncConnection, number: NotificationId, provider: str, remote: str) -> None:
    """Who carries it, and under which id they will tell what came of it."""
    values = {"provider": provider, "remote_id": remote}
    await conn.execute(update(_NOTES).where(_NOTES.c.id == number).values(values))


async def has_remote(conn: AsyncConnection, number: NotificationId, remote: str) -> None:
    """Under which id its provider knows it."""
    await conn.execute(update(_NOTES).where(_NOTES.c.id == number).values(remote_id=remote))


@dataclass(frozen=True)
class Ringing:
    """A call that its provider took and of which it has not told the end."""

    notification: NotificationId
    provider: str
    call: str
    """The provider's id of it."""


async def ringing(conn: AsyncConnection, pages: Collection[PageId], since: datetime) -> tuple[Ringing, ...]:
    """Calls of these pages that went out since then."""
    c = _NOTES.c
    query = select(c.id, c.provider, c.remote_id).where(
        c.page_id.in_(pages),
        c.method == MethodKind.VOICE,
        c.state == "sent",
        c.remote_id != "",
        c.settled_at >= since,
    )
    return tuple([Ringing(*row) for row in await conn.execute(query.order_by(c.id))])


async def heard_at(conn: AsyncConnection, address: str, limit: int) -> tuple[Notification, ...]:
    """What was sent of open pages to whoever proved that this telephone is theirs; the newest first."""
    query = (
        select(*NOTE_COLUMNS)
        .join(_METHODS, _METHODS.c.id == _NOTES.c.contact)
        .join(_PAGES, _PAGES.c.id == _NOTES.c.page_id)
        .where(
            *_is_theirs(address),
            _METHODS.c.user == _NOTES.c.addressee,
            _NOTES.c.state.in_(SENT),
            _PAGES.c.state.in_(OPEN_STATES),
        )
        .order_by(_NOTES.c.id.desc())
        .limit(limit)
    )
    return tuple([notification_of(row) for row in await conn.execute(query)])


async def is_known(conn: AsyncConnection, address: str) -> bool:
    """Whether somebody proved that this telephone is theirs."""
    return bool(await conn.scalar(select(func.count()).select_from(_METHODS).where(*_is_theirs(address))))


def _is_theirs(address: str) -> tuple[ColumnElement[bool], ...]:
    return (
        _METHODS.c.address == address,
        _METHODS.c.kind.in_((MethodKind.SMS, MethodKind.VOICE)),
        _METHODS.c.verified_at.is_not(None),
        _METHODS.c.removed_at.is_(None),
    )


async def move(conn: AsyncConnection, by: timedelta) -> None:
    """Everything planned comes so much later, or earlier."""
    rows = (await conn.execute(select(_NOTES.c.id, _NOTES.c.due_at).where(_PLANNED))).all()
    if rows:
        one = update(_NOTES).where(_NOTES.c.id == bindparam("number")).values(due_at=bindparam("at"))
        await conn.execute(one, [{"number": row.id, "at": row.due_at + by} for row in rows])
