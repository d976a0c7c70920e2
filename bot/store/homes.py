"""App Homes as their readers left them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId, UserId
from bot.store.hot import hot
from bot.store.tables import HomeRow
from bot.store.types import Instant

_TABLE = HomeRow.__table__  # type: ignore[attr-defined]

FOLLOWED_FOR = timedelta(hours=12)
"""A Home that was opened so long ago may still be on somebody's screen; any other is published when it is opened."""


_OF_USER = hot(select(_TABLE).where(_TABLE.c.user == bindparam("reader")))
_FOLLOWED = hot(
    select(_TABLE.c.user)
    .where(
        _TABLE.c.user.in_(bindparam("users", expanding=True)),
        _TABLE.c.opened_at >= bindparam("since", type_=Instant),
    )
    .order_by(_TABLE.c.user)
)


@dataclass(frozen=True)
class Chosen:
    """What somebody looks at on their Home: a schedule (None: their own first one) and a week (None: this one)."""

    schedule: ScheduleId | None = None
    week: date | None = None
    """Its Monday."""


async def chosen(conn: AsyncConnection, user: UserId) -> Chosen:
    row = (await conn.execute(_OF_USER, {"reader": user})).mappings().first()
    if row is None:
        return Chosen()
    week = date.fromisoformat(row["week"]) if row["week"] else None
    return Chosen(ScheduleId(row["schedule"]) if row["schedule"] else None, week)


async def seen(conn: AsyncConnection, user: UserId, at: datetime) -> None:
    """Somebody looks at their Home; `at` is real time."""
    await _put(conn, {"user": user, "opened_at": at}, ["opened_at"])


async def choose(conn: AsyncConnection, user: UserId, what: Chosen, at: datetime) -> None:
    week = what.week.isoformat() if what.week else None
    row = {"user": user, "opened_at": at, "schedule": what.schedule, "week": week}
    await _put(conn, row, ["opened_at", "schedule", "week"])


async def followed(conn: AsyncConnection, users: Collection[UserId], real: datetime) -> tuple[UserId, ...]:
    """Which of these looked at their Home within `FOLLOWED_FOR`."""
    found = await conn.execute(_FOLLOWED, {"users": list(users), "since": real - FOLLOWED_FOR})
    return tuple(UserId(user) for user in found.scalars())


async def recent(conn: AsyncConnection, since: datetime) -> Sequence[UserId]:
    """Whose Home was looked at since then; real time."""
    query = select(_TABLE.c.user).where(_TABLE.c.opened_at >= since).order_by(_TABLE.c.user)
    return tuple(UserId(user) for user in (await conn.execute(query)).scalars())


async def _put(conn: AsyncConnection, row: dict[str, Any], replaced: Sequence[str]) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {name: row[name] for name in replaced}
    statement = insert(_TABLE).values(row)
    await conn.execute(statement.on_conflict_do_update(index_elements=["user"], set_=values))
