"""A page as somebody sees it who was called by something else than Slack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.called import Called, CalledView
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PageId, UserId, user_of
from bot.core.page import PageState
from bot.core.views import PageView
from bot.queries import pages as page_queries
from bot.queries.people import zone_among
from bot.store import attempts, directory, members, pages

LATELY = 50
"""Attempts of open pages that are looked at when a telephone answers."""


@dataclass(frozen=True)
class Heard:
    """An open page that a telephone was told of."""

    called: Called
    waits: bool
    """Nobody has it."""


async def by_telephone(conn: AsyncConnection, number: str) -> tuple[Heard, ...] | None:
    """What this telephone was told of open pages, the newest first, each page once; None: it is nobody's."""
    if not await attempts.is_known(conn, number):
        return None
    found: dict[PageId, Heard] = {}
    for note in await attempts.heard_at(conn, number, LATELY):
        page = None if note.page in found else await pages.load(conn, note.page)
        if page is not None:
            called = Called(note.id, note.page, UserId(note.addressee))
            found[note.page] = Heard(called, page.state is PageState.TRIGGERED)
    return tuple(found.values())


async def view(
    conn: AsyncConnection, catalogue: Catalogue, called: Called, now: datetime
) -> CalledView | None:
    """None when there is no such attempt, or it was another person's or page's."""
    notes = await pages.notifications(conn, called.page)
    own = next((note for note in notes if note.id == called.notification), None)
    page = await pages.load(conn, called.page)
    if own is None or page is None or own.user != called.user:
        return None
    card = await page_queries.card_of(conn, catalogue, page, own.id, now)
    people = await directory.known(conn, [called.user, *dict.fromkeys(_people(card))])
    names: dict[str, str] = {user: known.real_name or known.name for user, known in people.items()}
    return CalledView(
        # A channel's id says nothing outside Slack; the incident's number does.
        page=replace(card, incident_channel=None, paged_now=page.paged),
        step=page.step,
        called_at=own.created_at,
        called_step=own.step,
        name=names.get(called.user, called.user),
        standing=await members.standing(conn, called.user),
        names=names,
        zone=zone_among(people, called.user),
    )


def _people(card: PageView) -> Iterator[UserId]:
    """Everybody whom the words of a card name."""
    yield from (*card.paged, *(card.paged_now or ()), *card.declined)
    if card.why:
        yield from (previous.user for previous in card.why.previous)
    if card.next_step:
        yield from (person.user for person in card.next_step.people if person.user)
    others = (
        card.acknowledged_by,
        card.first_acknowledged_by,
        card.why.added_by if card.why else None,
        user_of(card.resolved_by) if card.resolved_by else None,
    )
    yield from (user for user in others if user)
