"""Up to when Slack's events were heard, by channel: what was said after it may have been missed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.ids import ChannelId
from bot.store import meta
from bot.store.database import Database

_KEY = "slack_heard"


async def heard(db: Database) -> dict[ChannelId, float]:
    """By channel the instant (seconds since 1970, as a message's ts) up to which nothing was missed."""
    async with db.read() as conn:
        known: Mapping[str, float] = await meta.get(conn, _KEY) or {}
    return {ChannelId(channel): float(at) for channel, at in known.items()}


async def remember_heard(db: Database, positions: Mapping[ChannelId, float]) -> None:
    """Replace them all: a channel that is not watched any more begins anew when it is watched again."""
    async with db.write() as tx:
        await meta.put(tx.conn, _KEY, dict(positions))
