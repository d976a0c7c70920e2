"""Which notifications of a page are somebody's own, and what came of them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.contact import MethodKind
from bot.core.ids import NotificationId, PageId, UserId
from bot.core.views import AttemptView
from bot.store import contacts, pages


async def latest_for(conn: AsyncConnection, page: PageId, user: UserId) -> NotificationId | None:
    """The last one that called `user`; None when the page never did."""
    own = [note.id for note in await pages.notifications(conn, page) if note.user == user]
    return max(own, default=None)


async def attempts_at(conn: AsyncConnection, page: PageId, user: UserId) -> tuple[AttemptView, ...]:
    """How the last step that called `user` tries to reach them, in the order of its plan; the skipped ones last."""
    own = [note for note in await pages.notifications(conn, page) if note.user == user]
    step = max((note.step for note in own), default=0)
    ending = {one.id: one.ending for one in (await contacts.of_users(conn, [user])).get(user, [])}
    return tuple(
        AttemptView(
            MethodKind(note.method),
            ending.get(note.contact, ""),
            note.state,
            note.due_at or note.settled_at or note.created_at,
            note.reason,
        )
        for note in sorted(own, key=lambda note: (note.state == "skipped", note.id))
        if note.step == step
    )
