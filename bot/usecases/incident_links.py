"""What belongs to an incident elsewhere: links for its people, and other incidents."""

from __future__ import annotations

from bot.core import linking
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.ids import IncidentId, UserId, incident_label
from bot.core.incident import Incident, Outcome
from bot.errors import Wrong
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.incidents import Changed, say, short_enough, working_on, write

_SHOWN = (DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_BOOKMARKS)


async def add_link(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, url: str, text: str = ""
) -> Changed:
    """A link for everybody in the channel, also after the end; twice is once.

    Raises `Wrong` for what is no web address, a long name, or more than twenty links.
    """
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        url = _checked_address(url)
        text = short_enough(" ".join(text.split()), "The link's name", linking.LONGEST_NAME)
        there = linking.standing(before)
        if len(there) >= linking.MOST_LINKS and url not in (link.url for link in there):
            raise Wrong(
                f"{incident_label(number)} has {len(there)} links, which is the most. "
                "Nothing was added; remove one first."
            )
        changed = await write(tx, linking.add_link(before, url, text, by, tx.now), *_SHOWN)
        if changed.outcome is Outcome.DONE:
            added = linking.standing(changed.incident)[-1]
            say(tx, changed.incident, "link", by, url=added.url, text=added.text)
        return changed


async def remove_link(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, url: str
) -> Changed:
    """UNCHANGED: it is not there, or not any more."""
    async with db.write() as tx:
        before = await working_on(tx, number, by)
        return await write(tx, linking.remove_link(before, url, by, tx.now), *_SHOWN)


async def relate(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, other: IncidentId
) -> Changed:
    """Two incidents name each other from now on; a public one does not name a private one."""
    async with db.write() as tx:
        one, two = await both(tx, number, other, by)
        if number == other:
            raise Wrong(f"{incident_label(number)} cannot be linked with itself. Name the other incident.")
        there = await write(tx, linking.relate(two, one, by, tx.now), DebtKind.INCIDENT_CARD)
        here = await write(tx, linking.relate(one, two, by, tx.now), DebtKind.INCIDENT_CARD)
        for changed, named in ((there, one), (here, two)):
            if changed.outcome is Outcome.DONE:
                say(tx, changed.incident, "related", by, other=named.id)
        done = Outcome.DONE in (here.outcome, there.outcome)
        return Changed(here.incident, Outcome.DONE if done else Outcome.UNCHANGED)


async def unrelate(
    db: Database, catalogue: Catalogue, number: IncidentId, by: UserId, other: IncidentId
) -> Changed:
    """They do not name each other any more."""
    async with db.write() as tx:
        one, two = await both(tx, number, other, by)
        await write(tx, linking.unrelate(two, number, by, tx.now), DebtKind.INCIDENT_CARD)
        return await write(tx, linking.unrelate(one, other, by, tx.now), DebtKind.INCIDENT_CARD)


async def both(tx: Tx, number: IncidentId, other: IncidentId, by: UserId) -> tuple[Incident, Incident]:
    """Two incidents, locked in the order of their numbers, for somebody who may work on both."""
    found = {each: await working_on(tx, each, by) for each in sorted({number, other})}
    return found[number], found[other]


def _checked_address(url: str) -> str:
    url = url.strip()
    if linking.is_address(url):
        return url
    shown = url[:80]
    raise Wrong(
        f'"{shown}" is not a web address, so nothing was added. Begin it with https:// and leave no spaces.'
    )
