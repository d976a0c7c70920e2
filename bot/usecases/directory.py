"""Remember who is in the workspace."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ids import ChannelId, UserId
from bot.store import directory
from bot.store.database import Database
from bot.store.directory import SlackUser


async def remember(db: Database, users: Sequence[SlackUser]) -> int:
    """Write down those who are new or changed; answers how many."""
    async with db.read() as conn:
        before = await directory.known(conn, [user.id for user in users])
    changed = [user for user in users if before.get(user.id) != user]
    if changed:
        async with db.write() as tx:
            await directory.save(tx.conn, changed)
    return len(changed)


async def is_known(db: Database, user: UserId) -> bool:
    async with db.read() as conn:
        return bool(await directory.known(conn, [user]))


async def keep_direct(db: Database, user: UserId, channel: ChannelId | None) -> None:
    """Remember the DM with a person over a restart, or forget it."""
    async with db.write() as tx:
        await directory.save_direct(tx.conn, user, channel)
