"""Whether somebody may do what they ask for."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import permissions
from bot.core.ids import UserId
from bot.core.permissions import Action
from bot.errors import NotAllowed
from bot.store import members


async def require(conn: AsyncConnection, action: Action, user: UserId) -> None:
    """Raises `NotAllowed` with the sentence for guests, bots, other organizations and deactivated accounts."""
    standing = await members.standing(conn, user)
    if not permissions.may(action, standing):
        raise NotAllowed(permissions.refusal(action, standing))
