"""Which notification of a page is somebody's own."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import NotificationId, PageId, UserId
from bot.store import pages


async def latest_for(conn: AsyncConnection, page: PageId, user: UserId) -> NotificationId | None:
    """The last one that called `user`; None when the page never did."""
    own = [note.id for note in await pages.notifications(conn, page) if note.user == user]
    return max(own, default=None)
