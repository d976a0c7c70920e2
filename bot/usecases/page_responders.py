"""Give a page to others, or page more people for it: whom somebody chose, or whoever offers to help."""

from __future__ import annotations

from bot.core import escalation
from bot.core.catalogue import Catalogue
from bot.core.decision import Decision
from bot.core.frozen import dataclass
from bot.core.ids import PageId, UserId, by_user
from bot.core.whom import Whom
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from bot.usecases.incident_paging import Chosen, choose, handles


@dataclass(frozen=True)
class Called:
    decision: Decision
    people: tuple[UserId, ...]
    """Whom the chosen led to."""
    unreachable: tuple[str, ...] = ()
    """A reason for each of the chosen whom nothing can reach."""


async def call_in(db: Database, catalogue: Catalogue, page: PageId, by: UserId, whom: Whom) -> Called:
    """Page them too; the levels keep their own time. Raises `Wrong` when nobody of them can be reached."""
    async with db.write(first=True) as tx:
        chosen = await _choose(tx, catalogue, whom)
        decision = await paging.add_responders_in(tx, catalogue, page, chosen.contacts, by_user(by))
        return Called(decision, chosen.users, chosen.unreachable)


async def give(db: Database, catalogue: Catalogue, page: PageId, by: UserId, whom: Whom) -> Called:
    """They are paged now, instead of whoever was or has it; unless one of them acknowledges, the run goes on.

    Raises `Wrong` when nobody of them can be reached.
    """
    async with db.write(first=True) as tx:
        chosen = await _choose(tx, catalogue, whom)
        decision = await paging.act(
            tx, catalogue, page, lambda p, _: escalation.reassign(p, chosen.contacts, by_user(by), tx.now)
        )
        return Called(decision, chosen.users, chosen.unreachable)


async def _choose(tx: Tx, catalogue: Catalogue, whom: Whom) -> Chosen:
    return await choose(
        tx,
        catalogue,
        whom.people,
        whom.teams,
        handles(catalogue, whom.groups),
        whom.schedules,
        whom.services,
    )
