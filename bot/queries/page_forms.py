"""What the forms about a page offer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.decision import Reached, Roster
from bot.core.ids import PageId, UserId
from bot.core.page import Page
from bot.core.page_forms import EscalateForm, LevelChoice
from bot.core.policy import Level, TargetKind
from bot.core.steps import next_place
from bot.core.views import OnCallPerson
from bot.queries.pages import card_of
from bot.store import pages
from bot.store.rosters import rosters_at


async def escalate_form(
    conn: AsyncConnection, catalogue: Catalogue, number: PageId, now: datetime
) -> EscalateForm | None:
    """Each level with whom it leads to now; a page that is gone has none."""
    page = await pages.load(conn, number)
    if page is None:
        return None
    roster = await (await rosters_at(conn, catalogue, now)).of(page)
    levels = tuple(
        _choice(catalogue, page, place, level, roster)
        for place, level in enumerate(page.present_policy.levels, 1)
    )
    view = await card_of(conn, catalogue, page, None, now)
    following = next_place(page)
    upcoming = levels[following.level - 1] if following.leg == page.leg else None
    return EscalateForm(view, levels, upcoming, page.generation, page.step)


def _choice(catalogue: Catalogue, page: Page, place: int, level: Level, roster: Roster) -> LevelChoice:
    reached = tuple(_reached(page, level, roster))
    people = {
        contact.user: OnCallPerson(_name(catalogue, contact.user), contact.user, contact.until)
        for one in reached
        for contact in one.people
    }
    others = tuple(one.channel or f"webhook {one.webhook}" for one in reached if one.channel or one.webhook)
    return LevelChoice(place, tuple(people.values()), others)


def _reached(page: Page, level: Level, roster: Roster) -> Iterable[Reached]:
    for target in level.targets:
        if target.kind is TargetKind.MANAGER:
            yield from (roster.managers.get(user, Reached()) for user in page.paged)
        else:
            yield roster.targets.get(target, Reached())


def _name(catalogue: Catalogue, user: UserId) -> str:
    person = catalogue.person_of(user)
    return person.name if person else user
