"""Tests of whether somebody hears a page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import ContactId, UserId
from bot.store.tables import ReachTestRow

_TABLE = ReachTestRow.__table__  # type: ignore[attr-defined]
SLACK_DM = "slack_dm"


@dataclass(frozen=True)
class ReachTest:
    id: int
    user: UserId
    sent_at: datetime
    seen_at: datetime | None
    method: str = SLACK_DM

    @property
    def contact(self) -> ContactId | None:
        """The contact method that it tests; None for Slack."""
        kind, _, number = self.method.partition(":")
        return ContactId(int(number)) if kind == "contact" else None


def of_contact(number: ContactId) -> str:
    """The method of a test by one of their contact methods."""
    return f"contact:{number}"


def code_of(number: ContactId) -> str:
    """Of a code, which is counted as a test."""
    return f"code:{number}"


async def add(conn: AsyncConnection, user: UserId, at: datetime, method: str = SLACK_DM) -> int:
    row = {"user": user, "method": method, "sent_at": at}
    return int((await conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))).scalar_one())


async def load(conn: AsyncConnection, number: int) -> ReachTest | None:
    return await _one(conn, _TABLE.c.id == number)


async def latest(conn: AsyncConnection, user: UserId, method: str = SLACK_DM) -> ReachTest | None:
    return await _one(conn, and_(_TABLE.c.user == user, _TABLE.c.method == method))


async def sent_since(conn: AsyncConnection, user: UserId, since: datetime) -> int:
    """How many codes and tests went to the contact methods of `user`."""
    counted = (_TABLE.c.user == user, _TABLE.c.sent_at > since, _TABLE.c.method != SLACK_DM)
    return (await conn.execute(select(func.count()).where(*counted))).scalar_one()


async def seen(conn: AsyncConnection, number: int, at: datetime) -> None:
    """The first time counts."""
    mine = (_TABLE.c.id == number, _TABLE.c.seen_at.is_(None))
    await conn.execute(update(_TABLE).where(*mine).values(seen_at=at))


async def _one(conn: AsyncConnection, condition: ColumnElement[bool]) -> ReachTest | None:
    query = select(_TABLE).where(condition).order_by(_TABLE.c.id.desc()).limit(1)
    row = (await conn.execute(query)).mappings().first()
    return (
        ReachTest(row["id"], UserId(row["user"]), row["sent_at"], row["seen_at"], row["method"])
        if row
        else None
    )
