"""People's Do Not Disturb, as Slack last told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import UserId
from bot.core.quiet_hours import Quiet
from bot.store.tables import QuietRow

_TABLE = QuietRow.__table__  # type: ignore[attr-defined]


async def put(conn: AsyncConnection, told: Sequence[Quiet], asked_at: datetime) -> None:
    if not told:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE)
    replaced = {name: statement.excluded[name] for name in ("starts_at", "ends_at", "asked_at")}
    rows = [
        {"user": one.user, "starts_at": one.starts_at, "ends_at": one.ends_at, "asked_at": asked_at}
        for one in told
    ]
    await conn.execute(statement.on_conflict_do_update(index_elements=["user"], set_=replaced), rows)


async def of_users(conn: AsyncConnection, users: Collection[UserId]) -> dict[UserId, Quiet]:
    """Of those of whom Slack has told."""
    rows = (await conn.execute(select(_TABLE).where(_TABLE.c.user.in_(users)))).mappings()
    return {UserId(row["user"]): Quiet(UserId(row["user"]), row["starts_at"], row["ends_at"]) for row in rows}


async def of_user(conn: AsyncConnection, user: UserId) -> Quiet | None:
    """None when Slack has not told."""
    row = (await conn.execute(select(_TABLE).where(_TABLE.c.user == user))).mappings().first()
    return Quiet(UserId(row["user"]), row["starts_at"], row["ends_at"]) if row else None
