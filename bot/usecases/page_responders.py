"""Page more people for a page: a team or people that somebody chose, or whoever offers to help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.catalogue import Catalogue
from bot.core.decision import Decision
from bot.core.ids import PageId, TeamId, UserId, by_user
from bot.store.database import Database
from bot.usecases import paging
from bot.usecases.incident_paging import choose


@dataclass(frozen=True)
class Called:
    decision: Decision
    people: tuple[UserId, ...]
    """Whom the chosen people and teams led to."""


async def call_in(
    db: Database,
    catalogue: Catalogue,
    page: PageId,
    by: UserId,
    users: Sequence[UserId] = (),
    teams: Sequence[TeamId] = (),
) -> Called:
    """Page them too; the levels keep their own time. Raises `Wrong` when nobody of them can be reached."""
    async with db.write() as tx:
        chosen = await choose(tx, catalogue, users, teams)
        decision = await paging.add_responders_in(tx, catalogue, page, chosen.contacts, by_user(by))
        return Called(decision, chosen.users)
