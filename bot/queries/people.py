"""What is known of a person of the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import UserId
from bot.store import directory
from bot.store.directory import SlackUser

UTC_ZONE = ZoneInfo("UTC")


async def zone_of(conn: AsyncConnection, user: UserId) -> ZoneInfo:
    """Where the person is, as Slack tells; UTC for somebody or some zone that is not known."""
    return zone_among(await directory.known(conn, [user]), user)


def zone_among(people: Mapping[UserId, SlackUser], user: UserId) -> ZoneInfo:
    """As `zone_of`, when the people were read already."""
    known = people.get(user)
    try:
        return ZoneInfo(known.tz) if known and known.tz else UTC_ZONE
    except (ZoneInfoNotFoundError, ValueError):
        return UTC_ZONE
