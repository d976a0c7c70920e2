"""Tests of whether somebody hears a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import UserId
from bot.store.tables import ReachTestRow

_TABLE = ReachTestRow.__table__  # type: ignore[attr-defined]
SLACK_DM = "slack_dm"


@dataclass(frozen=True)
class ReachTest:
    id: int
    user: UserId
    sent_at: datetime
    seen_at: datetime | None


async def add(conn: AsyncConnection, user: UserId, at: datetime) -> int:
    row = {"user": user, "method": SLACK_DM, "sent_at": at}
    return int((await conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))).scalar_one())


async def load(conn: AsyncConnection, number: int) -> ReachTest | None:
    return await _one(conn, _TABLE.c.id == number)


async def latest(conn: AsyncConnection, user: UserId) -> ReachTest | None:
    return await _one(conn, _TABLE.c.user == user)


async def seen(conn: AsyncConnection, number: int, at: datetime) -> None:
    """The first time counts."""
    mine = (_TABLE.c.id == number, _TABLE.c.seen_at.is_(None))
    await conn.execute(update(_TABLE).where(*mine).values(seen_at=at))


async def _one(conn: AsyncConnection, condition: object) -> ReachTest | None:
    query = select(_TABLE).where(condition).order_by(_TABLE.c.id.desc()).limit(1)  # type: ignore[arg-type]
    row = (await conn.execute(query)).mappings().first()
    return ReachTest(row["id"], UserId(row["user"]), row["sent_at"], row["seen_at"]) if row else None
