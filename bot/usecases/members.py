"""Whether somebody may do what they ask for."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import permissions
from bot.core.ids import UserId
from bot.core.permissions import Action
from bot.errors import NotAllowed, Wrong
from bot.store import directory, members


async def require(conn: AsyncConnection, action: Action, user: UserId) -> None:
    """Raises `NotAllowed` with the sentence for guests, bots, other organizations and deactivated accounts."""
    standing = await members.standing(conn, user)
    if not permissions.may(action, standing):
        raise NotAllowed(permissions.refusal(action, standing))


async def unfit(conn: AsyncConnection, user: UserId) -> str:
    """Why this person can't be paged or lead, as "Gina is a guest here, and …"; empty for whoever can."""
    reason = permissions.unfit(await members.standing(conn, user))
    if not reason:
        return ""
    known = (await directory.known(conn, [user])).get(user)
    return f"{known.real_name or known.name if known else user} {reason}"


async def require_fit(conn: AsyncConnection, user: UserId, field: str = "") -> None:
    """Raises `Wrong` for somebody to whom an incident or a shift can't be given."""
    if reason := await unfit(conn, user):
        raise Wrong(f"{reason}. Choose a full member. Nothing was changed.", field)
