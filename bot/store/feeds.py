"""Private iCal feeds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import UserId
from bot.store.tables import FeedRow

_TABLE = FeedRow.__table__  # type: ignore[attr-defined]


class FeedKind(StrEnum):
    SCHEDULE = "schedule"
    PERSON = "person"


@dataclass(frozen=True)
class Feed:
    """`subject` is a schedule's id, or a person's as configuration names them."""

    id: int
    kind: FeedKind
    subject: str
    by: UserId
    made_at: datetime


def _feed(row: RowMapping) -> Feed:
    return Feed(row["id"], FeedKind(row["kind"]), row["subject"], UserId(row["by"]), row["made_at"])


async def load(conn: AsyncConnection, number: int) -> Feed | None:
    """None for one that was revoked."""
    query = select(_TABLE).where(_TABLE.c.id == number, _TABLE.c.revoked_at.is_(None))
    row = (await conn.execute(query)).mappings().first()
    return _feed(row) if row else None


async def of_user(conn: AsyncConnection, by: UserId) -> tuple[Feed, ...]:
    """Those that somebody made and did not revoke."""
    query = select(_TABLE).where(_TABLE.c.by == by, _TABLE.c.revoked_at.is_(None)).order_by(_TABLE.c.id)
    return tuple(_feed(row) for row in (await conn.execute(query)).mappings())


async def add(conn: AsyncConnection, kind: FeedKind, subject: str, by: UserId, at: datetime) -> Feed:
    row = {"kind": kind.value, "subject": subject, "by": by, "made_at": at}
    number = (await conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))).scalar_one()
    return Feed(int(number), kind, subject, by, at)


async def revoke(conn: AsyncConnection, number: int, at: datetime) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == number).values(revoked_at=at))
