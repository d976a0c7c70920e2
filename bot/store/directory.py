"""The workspace's people, as Slack last told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.frozen import dataclass
from bot.core.ids import ChannelId, UserId
from bot.store.hot import hot
from bot.store.tables import SlackUserRow

_TABLE = SlackUserRow.__table__  # type: ignore[attr-defined]
_KNOWN = hot(select(_TABLE).where(_TABLE.c.id.in_(bindparam("users", expanding=True))))
_DIRECT = hot(select(_TABLE.c.direct).where(_TABLE.c.id == bindparam("user")))
_SAVE_DIRECT = hot(update(_TABLE).where(_TABLE.c.id == bindparam("user")).values(direct=bindparam("channel")))


@dataclass(frozen=True)
class SlackUser:
    id: UserId
    team_id: str
    name: str
    real_name: str
    email: str
    tz: str
    deleted: bool
    is_bot: bool
    is_restricted: bool
    """A guest of either kind."""


def _user(row: RowMapping) -> SlackUser:
    return SlackUser(**{name.name: row[name.name] for name in fields(SlackUser)})


async def known(conn: AsyncConnection, users: Sequence[UserId]) -> dict[UserId, SlackUser]:
    """Those of `users` that are remembered."""
    rows = await conn.execute(_KNOWN, {"users": list(users)})
    return {UserId(row["id"]): _user(row) for row in rows.mappings()}


async def save(conn: AsyncConnection, users: Sequence[SlackUser]) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    for user in users:
        values = asdict(user)
        statement = insert(_TABLE).values(values)
        await conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


async def direct(conn: AsyncConnection, user: UserId) -> ChannelId | None:
    """The DM with this person, when it was opened before."""
    found = (await conn.execute(_DIRECT, {"user": user})).scalar()
    return ChannelId(found) if found else None


async def save_direct(conn: AsyncConnection, user: UserId, channel: ChannelId | None) -> None:
    """Keep the DM with somebody who is known; None: there is none any more."""
    await conn.execute(_SAVE_DIRECT, {"user": user, "channel": channel})
