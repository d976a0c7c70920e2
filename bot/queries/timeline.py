"""The timeline of an incident or a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import merging
from bot.core.catalogue import Catalogue
from bot.core.facts import Fact
from bot.core.ids import IncidentId, PageId, by_user, incident_label, page_label
from bot.core.views import TimelineView
from bot.queries.catalogue import machine_name
from bot.store import configuration, incidents, pages, timeline


async def of_incident(conn: AsyncConnection, catalogue: Catalogue, number: IncidentId) -> TimelineView | None:
    """The incident's facts, those of its pages and of what was merged into it, in order.

    None when it does not exist. Whether the reader may see it is asked where the incident is named.
    """
    incident = await incidents.load(conn, number)
    if incident is None:
        return None
    facts = await timeline.of_incident(conn, number)
    origins = merging.origins(facts, number)
    return TimelineView(
        f"{incident_label(number)} {incident.title}",
        facts,
        _names(catalogue, facts),
        origins if any(origins) else (),
    )


async def of_page(conn: AsyncConnection, catalogue: Catalogue, number: PageId) -> TimelineView | None:
    page = await pages.load(conn, number)
    if page is None:
        return None
    facts = await timeline.of_page(conn, number)
    return TimelineView(f"{page_label(number)} {page.title}", facts, _names(catalogue, facts))


async def named(conn: AsyncConnection, catalogue: Catalogue, subject: str) -> TimelineView | None:
    """Of `INC-1` or `P-1`, with people's names: for a terminal, where Slack does not show them."""
    kind, _, number = subject.upper().partition("-")
    if not number.isdecimal():
        return None
    if kind == "INC":
        view = await of_incident(conn, catalogue, IncidentId(int(number)))
    else:
        view = await of_page(conn, catalogue, PageId(int(number)))
    return None if view is None else await with_people(conn, view)


async def with_people(conn: AsyncConnection, view: TimelineView) -> TimelineView:
    """With people's names too, for where Slack does not show them."""
    people: dict[str, str] = {by_user(member.id): member.name for member in await configuration.roster(conn)}
    return replace(view, names={**view.names, **people})


def _names(catalogue: Catalogue, facts: Iterable[Fact]) -> dict[str, str]:
    shown = {fact.by: machine_name(catalogue, fact.by) for fact in facts}
    return {actor: name for actor, name in shown.items() if name is not None}
