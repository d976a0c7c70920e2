"""The journal of accepted bodies: hot SQL, so a raw insert for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.store.hot import hot
from bot.store.tables import JournalRow
from bot.store.types import Instant

_TABLE = JournalRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class NewEntry:
    """One accepted body; `kind` is `http` or `slack`. A second one with the same `dedupe_key` is not kept."""

    integration: str
    kind: str
    body: bytes
    dedupe_key: str | None = None


@dataclass(frozen=True)
class Pending:
    """A body that is owed to the alerts; `tries` counts folds that failed."""

    id: int
    integration: str
    kind: str
    body: bytes
    tries: int


@cache
def _appending(dialect: str) -> Any:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return hot(insert(_TABLE).on_conflict_do_nothing(index_elements=["dedupe_key"]))


_PENDING = hot(
    select(_TABLE.c.id, _TABLE.c.integration, _TABLE.c.kind, _TABLE.c.body, _TABLE.c.tries)
    .where(_TABLE.c.folded_at.is_(None))
    .order_by(_TABLE.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_OLDEST_PENDING = hot(
    select(_TABLE.c.received_at).where(_TABLE.c.folded_at.is_(None)).order_by(_TABLE.c.id).limit(1)
)
"""By the row that is folded next: after a flood thousands are pending, and each fold asks."""
_FOLDED = hot(
    update(_TABLE)
    .where(_TABLE.c.id.in_(bindparam("entries", expanding=True)))
    .values(folded_at=bindparam("at", type_=Instant), problem=None)
)


async def append(conn: AsyncConnection, entries: Sequence[NewEntry], at: datetime) -> None:
    """Keep all of them, in their order."""
    rows = [
        {
            "integration": entry.integration,
            "kind": entry.kind,
            "body": entry.body,
            "dedupe_key": entry.dedupe_key,
            "received_at": at,
            "tries": 0,
        }
        for entry in entries
    ]
    await conn.execute(_appending(conn.dialect.name), rows)


async def pending(conn: AsyncConnection, limit: int) -> tuple[Pending, ...]:
    """What is not folded yet, the oldest first."""
    return tuple([Pending(*row) for row in await conn.execute(_PENDING, {"most": limit})])


async def oldest_pending(conn: AsyncConnection) -> datetime | None:
    """When the body came that is folded next."""
    return (await conn.execute(_OLDEST_PENDING)).scalar()


async def folded(conn: AsyncConnection, ids: Sequence[int], at: datetime) -> None:
    await conn.execute(_FOLDED, {"entries": list(ids), "at": at})


async def failed(conn: AsyncConnection, entry: int, problem: str, at: datetime) -> None:
    """It stays owed; what went wrong is kept with it, in characters that every database takes."""
    told = problem.replace("\x00", "").encode("utf-8", "replace").decode()
    await conn.execute(
        update(_TABLE)
        .where(_TABLE.c.id == entry)
        .values(tries=_TABLE.c.tries + 1, problem=f"{at:%H:%M:%S} {told}")
    )
