"""Who is in Slack's Do Not Disturb at times, and has nothing that rings then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.contact import RINGS, rings
from bot.core.ids import PersonId
from bot.core.quiet_hours import as_of
from bot.store import contacts, quiets


async def unwakeable(
    conn: AsyncConnection, catalogue: Catalogue, people: Iterable[PersonId], now: datetime
) -> frozenset[PersonId]:
    """Those of `people`; nobody where no provider carries anything that rings, since they could not help it."""
    if not RINGS & {kind for provider in catalogue.providers.values() for kind in provider.methods}:
        return frozenset()
    users = {user: person for person in people if (user := catalogue.user_id(person)) is not None}
    told = await quiets.of_users(conn, users.keys())
    silent = [user for user, quiet in told.items() if as_of(quiet, now).starts_at is not None]
    methods = await contacts.of_users(conn, silent)
    return frozenset(users[user] for user in silent if not rings(methods.get(user, ())))
