"""How much somebody was told lately, and what waits to be told together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.contact import SLACK_DM
from bot.core.ids import NotificationId, PageId, ServiceId, UserId
from bot.core.page import PageState
from bot.store.hot import hot
from bot.store.tables import NotificationRow, PageRow
from bot.store.types import Instant

_NOTES = NotificationRow.__table__  # type: ignore[attr-defined]
_PAGES = PageRow.__table__  # type: ignore[attr-defined]
LOOKED_AT = 1000
"""The newest notifications: more than that within a minute is no longer one person's storm."""
LOOKED_AT_FIRST = 100
"""Of those: in a storm they tell of each subject that comes again and again."""
_NEWEST = (
    select(*(_NOTES.c[name] for name in ("addressee", "contact", "state", "created_at", "page_id", "due_at")))
    .order_by(_NOTES.c.id.desc())
    .limit(bindparam("looked_at"))
    .subquery()
)
_RECENT = hot(
    select(_NEWEST.c.addressee, func.count())
    .where(
        _NEWEST.c.addressee.in_(bindparam("users", expanding=True)),
        _NEWEST.c.contact == SLACK_DM,
        _NEWEST.c.state != "planned",
        _NEWEST.c.created_at > bindparam("since", type_=Instant),
    )
    .group_by(_NEWEST.c.addressee)
)

_TOLD = hot(
    select(_NEWEST.c.addressee, _PAGES.c.service)
    .join(_PAGES, _PAGES.c.id == _NEWEST.c.page_id)
    .where(
        _NEWEST.c.addressee.in_(bindparam("users", expanding=True)),
        _NEWEST.c.contact == SLACK_DM,
        _NEWEST.c.created_at > bindparam("since", type_=Instant),
        _PAGES.c.service.is_not(None),
    )
    .distinct()
)
_PLANNED: ColumnElement[str] = literal_column("'planned'")
"""In the very words of the partial index, without a bound value: else SQLite does not take it."""


def _wait(of: Any) -> Select[Any]:
    """Until when what is planned for each of them waits, as far as these notifications tell."""
    theirs = of.c.addressee.in_(bindparam("users", expanding=True))
    planned = (of.c.state == _PLANNED, of.c.contact == SLACK_DM, theirs)
    return select(of.c.addressee, func.min(of.c.due_at)).where(*planned).group_by(of.c.addressee)


_WAIT_NEWEST = hot(_wait(_NEWEST))
_WAIT = hot(_wait(_NOTES))


async def recent(conn: AsyncConnection, users: Collection[UserId], since: datetime) -> dict[UserId, int]:
    """How many pages each of them was told of by Slack since then."""
    rows = await conn.execute(_RECENT, {"users": list(users), "since": since, "looked_at": LOOKED_AT})
    return {UserId(user): count for user, count in rows}


async def told(
    conn: AsyncConnection, asked: Collection[tuple[UserId, ServiceId]], since: datetime
) -> set[tuple[UserId, ServiceId]]:
    """Which of these people were told of which services since then, as far as the newest notifications tell.

    Once all that is `asked` is found, older ones are not looked at.
    """
    users = list({user for user, _ in asked})
    found: set[tuple[UserId, ServiceId]] = set()
    for looked_at in (LOOKED_AT_FIRST, LOOKED_AT):
        if not found.issuperset(asked):
            rows = await conn.execute(_TOLD, {"users": users, "since": since, "looked_at": looked_at})
            found = {(UserId(user), ServiceId(service)) for user, service in rows}
    return found


async def repeated(conn: AsyncConnection, pages: Collection[PageId]) -> set[tuple[UserId, PageId]]:
    """Who was told of these pages already."""
    n = _NOTES.c
    query = select(n.addressee, n.page_id).where(n.page_id.in_(pages), n.contact == SLACK_DM)
    return {(UserId(user), PageId(page)) for user, page in await conn.execute(query)}


async def digest_at(conn: AsyncConnection, users: Collection[UserId]) -> dict[UserId, datetime]:
    """When what waits for each of them is told: where the newest notifications do not tell, all that wait are asked."""
    found: dict[UserId, datetime] = {}
    for look, most in ((_WAIT_NEWEST, LOOKED_AT_FIRST), (_WAIT_NEWEST, LOOKED_AT), (_WAIT, None)):
        unknown = [user for user in users if user not in found]
        if unknown:
            asked = {"users": unknown} | ({"looked_at": most} if most else {})
            found |= {UserId(user): at for user, at in await conn.execute(look, asked) if at is not None}
    return found


async def still_waiting(
    conn: AsyncConnection, numbers: Collection[NotificationId]
) -> list[tuple[NotificationId, PageId]]:
    """Of these notifications those that are owed, of pages that nobody has, the oldest first."""
    n, p = _NOTES.c, _PAGES.c
    query = (
        select(n.id, p.id)
        .join(_PAGES, p.id == n.page_id)
        .where(
            n.id.in_(numbers),
            n.state == "owed",
            n.generation == p.generation,
            p.state == PageState.TRIGGERED,
        )
        .order_by(p.id)
    )
    return [(NotificationId(note), PageId(page)) for note, page in await conn.execute(query)]
