"""Two incidents that are one: everything of the one moves to the other, in one transaction."""

from __future__ import annotations

from bot.core import merging
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, UserId, by_user
from bot.core.incident import Incident, may_see, not_there
from bot.core.merging import Refusal
from bot.core.page import Page
from bot.core.permissions import Action
from bot.errors import Wrong
from bot.store import incidents, pages, tasks
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from bot.usecases.incident_paging import adopt
from bot.usecases.incidents import owe_homes, say, say_to_all, write
from bot.usecases.members import require

_OF_MERGED = (DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_TOPIC, DebtKind.INCIDENT_ANNOUNCEMENT)
_OF_SURVIVOR = (*_OF_MERGED, DebtKind.INCIDENT_MEMBERS, DebtKind.INCIDENT_BOOKMARKS)


@dataclass(frozen=True)
class Merged:
    merged: Incident
    survivor: Incident
    already: bool = False
    """They had been merged before; nothing was changed."""


async def merge(
    db: Database, catalogue: Catalogue, number: IncidentId, into: IncidentId, by: UserId
) -> Merged:
    """`number` ends in `into`: pages with their alerts, links, tasks and people go there, and both channels are told.

    Twice is once. Raises `Wrong`, with nothing changed, when they cannot be merged.
    """
    async with db.write() as tx:
        await require(tx.conn, Action.WORK_INCIDENT, by)
        found = {each: await _visible(tx, each, by) for each in sorted({number, into})}
        merged, survivor = found[number], found[into]
        refusal = merging.refusal(merged, survivor)
        if refusal is Refusal.ALREADY:
            return Merged(merged, survivor, already=True)
        if refusal is not None:
            raise Wrong(merging.why_not(refusal, merged, survivor))
        moved = await pages.of_incident(tx.conn, number)
        decision = merging.merge(merged, survivor, tuple(page.id for page in moved), by, tx.now)
        await owe_homes(tx, merged)
        for page in moved:
            await _move(tx, catalogue, survivor, page, by)
        await tasks.move(tx, number, into)
        ended = (await write(tx, decision.merged, *_OF_MERGED)).incident
        richer = (await write(tx, decision.survivor, *_OF_SURVIVOR)).incident
        say_to_all(tx, ended, "merged", by, into=into)
        say(tx, richer, "absorbed", by, merged=number, title=merged.title)
        return Merged(ended, richer)


async def _move(tx: Tx, catalogue: Catalogue, survivor: Incident, page: Page, by: UserId) -> None:
    """An open page becomes at least as bad as the incident that it belongs to now."""
    if page.is_open:
        await adopt(tx, catalogue, survivor, page, by)
    else:
        await paging.adopt(tx, page, survivor.id, by_user(by))


async def _visible(tx: Tx, number: IncidentId, by: UserId) -> Incident:
    incident = await incidents.load(tx.conn, number, lock=True)
    if incident is None or not may_see(incident, by):
        raise Wrong(not_there(number))
    return incident
