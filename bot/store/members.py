"""What somebody is to this workspace."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import UserId
from bot.core.permissions import Standing
from bot.store import meta
from bot.store.hot import hot
from bot.store.tables import SlackUserRow

_TABLE = SlackUserRow.__table__  # type: ignore[attr-defined]
_OF_USER = hot(select(_TABLE).where(_TABLE.c.id == bindparam("user")))


async def standing(conn: AsyncConnection, user: UserId) -> Standing:
    """By what Slack last told."""
    row = (await conn.execute(_OF_USER, {"user": user})).mappings().first()
    if row is None:
        return Standing.UNKNOWN
    if row["deleted"]:
        return Standing.GONE
    if row["is_bot"]:
        return Standing.BOT
    home = (await meta.get(conn, "workspace") or {}).get("team_id")
    if row["team_id"] and home and row["team_id"] != home:
        return Standing.FOREIGNER
    return Standing.GUEST if row["is_restricted"] else Standing.MEMBER
