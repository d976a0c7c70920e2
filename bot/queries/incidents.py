"""Incidents as people see them: the card, lists, what is like a new one, and which one somebody means."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import linking, merging, roster
from bot.core import similar as likeness
from bot.core.alert import Link
from bot.core.catalogue import COMMANDER, Catalogue
from bot.core.facts import (
    Fact,
    IncidentAbsorbed,
    LevelPaged,
    PageAcknowledged,
    PageDeclined,
    PageTakenOver,
    PersonNotified,
    RespondersPaged,
    UpdatePosted,
)
from bot.core.frozen import dataclass
from bot.core.ids import (
    ChannelId,
    IncidentId,
    PageId,
    ServiceId,
    UserId,
    incident_label,
    user_of,
)
from bot.core.incident import Incident, Update, may_see, members, not_there
from bot.core.merging import Refusal
from bot.core.page import Page
from bot.core.task import Task, in_order
from bot.core.views import (
    DeclareForm,
    IncidentLine,
    IncidentPlace,
    IncidentView,
    MergeView,
    OnCallPerson,
    PagedLine,
    TasksView,
)
from bot.errors import Wrong
from bot.queries.catalogue import service_name, service_view, severity
from bot.store import alerts, changes, incidents, pages, tasks, timeline

OPEN, MINE, ALL = "open", "mine", "all"


@dataclass(frozen=True)
class Briefing:
    """What somebody who joins late needs."""

    view: IncidentView
    updates: tuple[Update, ...]
    """The last three, the oldest first."""
    tasks: tuple[Task, ...] = ()
    """Those that are open."""


async def card(conn: AsyncConnection, catalogue: Catalogue, number: IncidentId) -> IncidentView | None:
    """The incident as its card and its announcement show it; None when it does not exist.

    Whose eyes it is for is the caller's business: a card lives in the incident's own channel.
    """
    incident = await incidents.load(conn, number)
    if incident is None:
        return None
    its_pages = await pages.of_incident(conn, number)
    facts = await timeline.of_incident(conn, number)
    its_tasks = await tasks.of_incident(conn, number)
    return IncidentView(
        id=incident.id,
        title=incident.title,
        severity=severity(catalogue, incident.severity),
        status=incident.status,
        service=service_view(catalogue, incident.service),
        declared_by=incident.declared_by,
        declared_at=incident.declared_at,
        commander=incident.roles.get(COMMANDER),
        roles=_other_roles(catalogue, incident),
        description=incident.description,
        update=incident.update,
        next_update_at=incident.next_update_at,
        paged=_paged(its_pages, facts),
        alerts_firing=await alerts.firing_on_any(conn, [page.id for page in its_pages]) if its_pages else 0,
        people=len(incident.joined),
        channel=incident.channel,
        channel_name=incident.channel_name,
        private=incident.private,
        resolved_at=incident.resolved_at,
        resolved_by=incident.resolved_by,
        what_happened=incident.what_happened,
        fix=incident.fix,
        setup_problem=incident.setup_problem,
        open_pages=tuple(page.id for page in its_pages if page.is_open),
        links=tuple(Link(link.text, link.url) for link in linking.standing(incident)),
        removed_links=tuple(Link(link.text, link.url) for link in incident.links if link.removed),
        related=await _places(conn, incident.related),
        merged_into=next(iter(await _places(conn, _merged_into(incident))), None),
        absorbed=tuple(
            fact.merged for fact in facts if isinstance(fact, IncidentAbsorbed) and fact.incident == number
        ),
        open_tasks=sum(task.is_open for task in its_tasks),
        tasks=len(its_tasks),
    )


async def briefing(conn: AsyncConnection, catalogue: Catalogue, number: IncidentId) -> Briefing | None:
    view = await card(conn, catalogue, number)
    if view is None:
        return None
    facts = await timeline.of_incident(conn, number)
    posted = [
        Update(fact.text, fact.at, user)
        for fact in facts
        if isinstance(fact, UpdatePosted) and (user := user_of(fact.by)) is not None
    ]
    open_tasks = [task for task in await tasks.of_incident(conn, number) if task.is_open]
    return Briefing(view, tuple(posted[-3:]), in_order(open_tasks))


async def tasks_of(conn: AsyncConnection, number: IncidentId) -> TasksView:
    return TasksView(number, in_order(await tasks.of_incident(conn, number)))


async def merge_of(
    conn: AsyncConnection, catalogue: Catalogue, merged: IncidentId, survivor: IncidentId
) -> MergeView | None:
    """What merging would do; None when it is done already.

    Raises `Wrong` when it can't be done, and `LookupError` for what is not there.
    """
    one, two = await incidents.load(conn, merged), await incidents.load(conn, survivor)
    if one is None or two is None:
        raise LookupError(f"incident {merged} or {survivor} is not in the database")
    refusal = merging.refusal(one, two)
    if refusal is Refusal.ALREADY:
        return None
    if refusal is not None:
        raise Wrong(merging.why_not(refusal, one, two))
    return MergeView(
        merged=line(catalogue, one),
        survivor=line(catalogue, two),
        pages=len(await pages.of_incident(conn, merged)),
        links=len(linking.standing(one)),
        tasks=await tasks.count(conn, merged),
        people=len(merging.coming(one, two)),
    )


async def with_channel(conn: AsyncConnection) -> list[tuple[Incident, ChannelId]]:
    """The open incidents that are worked on in a channel, the newest first."""
    found = await incidents.open_incidents(conn)
    return [(each, each.channel) for each in found if each.channel is not None and not each.archived]


async def lines(
    conn: AsyncConnection, catalogue: Catalogue, user: UserId, which: str = OPEN
) -> tuple[IncidentLine, ...]:
    """Incidents that `user` may see, the newest first.

    `which`: `open`, `mine` (open, with a part in it), `all` (the last hundred), or a severity (open).
    Raises `Wrong` for anything else.
    """
    wanted = which.strip().lower()
    by_id = {known.lower(): known for known in catalogue.severities}
    if wanted not in (OPEN, MINE, ALL) and wanted not in by_id:
        words = ", ".join((OPEN, MINE, ALL, *by_id))
        raise Wrong(f'I can\'t list "{which}". Use one of: {words}.')
    found = await (incidents.recent(conn) if wanted == ALL else incidents.open_incidents(conn))
    visible = [incident for incident in found if may_see(incident, user)]
    if wanted == MINE:
        called = await paged_for(conn, user)
        visible = [i for i in visible if has_part(i, user, called)]
    elif wanted in by_id:
        visible = [incident for incident in visible if incident.severity == by_id[wanted]]
    return tuple(line(catalogue, incident) for incident in visible)


def line(catalogue: Catalogue, incident: Incident) -> IncidentLine:
    return IncidentLine(
        id=incident.id,
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        declared_at=incident.declared_at,
        commander=incident.roles.get(COMMANDER),
        channel=incident.channel,
        private=incident.private,
        service=service_name(catalogue, incident.service),
        declared_by=incident.declared_by,
    )


async def paged_for(conn: AsyncConnection, user: UserId) -> frozenset[IncidentId]:
    """The incidents whose open pages call this user."""
    found = await pages.involving(conn, user)
    return frozenset(page.incident for page in found if page.incident is not None)


def has_part(incident: Incident, user: UserId, called: frozenset[IncidentId]) -> bool:
    return user in members(incident) or incident.id in called


async def similar(
    conn: AsyncConnection, catalogue: Catalogue, user: UserId, service: ServiceId | None, title: str
) -> tuple[IncidentLine, ...]:
    """Open incidents that `user` may see and that may be the same thing; the title may name the service."""
    services = [(known.id, known.name) for known in catalogue.services.values()]
    meant = service or likeness.likely_service(title, services)
    visible = [found for found in await incidents.open_incidents(conn) if may_see(found, user)]
    return tuple(line(catalogue, found) for found in likeness.similar(title, meant, visible))


async def declare_form(
    conn: AsyncConnection,
    catalogue: Catalogue,
    user: UserId,
    now: datetime,
    *,
    title: str = "",
    description: str = "",
    page: PageId | None = None,
    source_channel: ChannelId | None = None,
    source_ts: str | None = None,
) -> DeclareForm:
    """What the declare modal offers to `user`; from a page it is filled with what the page knows."""
    from_page = await pages.load(conn, page) if page is not None else None
    service = from_page.service if from_page and from_page.service in catalogue.services else None
    title = title or (from_page.title if from_page else "")
    if from_page and not description:
        described = [alert.description for alert in await alerts.of_page(conn, from_page.id)]
        description = next((text for text in described if text), "")
    return DeclareForm(
        severities=catalogue.ranked_severities(),
        services=tuple((known.id, known.name) for known in catalogue.services.values()),
        on_call=await _first_levels(conn, catalogue, now),
        teams=tuple((team.id, team.name) for team in catalogue.teams.values()),
        title=title,
        description=description,
        service=service,
        severity=from_page.severity if from_page else None,
        page=page,
        source_channel=source_channel,
        source_ts=source_ts,
        similar=await similar(conn, catalogue, user, service, title),
    )


async def find(
    conn: AsyncConnection, number: IncidentId | None, channel: ChannelId | None, user: UserId
) -> Incident | None:
    """The incident that `user` means: the named one, else that of the channel; None when neither is said.

    Raises `Wrong` for a named one that is not there; a private one is not there for others. Whoever speaks in an
    incident's channel sees it.
    """
    here = await incidents.in_channel(conn, channel) if channel else None
    if number is None or (here is not None and here.id == number):
        return here
    named = await incidents.load(conn, number)
    if named is None or not may_see(named, user):
        raise Wrong(not_there(number))
    return named


async def from_number_or_channel(
    conn: AsyncConnection, number: IncidentId | None, channel: ChannelId | None, user: UserId
) -> Incident:
    """`find`, for those who can't go on without one: raises `Wrong` with the open ones when none is said."""
    found = await find(conn, number, channel, user)
    if found is not None:
        return found
    visible = [i for i in await incidents.open_incidents(conn) if may_see(i, user)][:5]
    shown = ", ".join(f"{incident_label(i.id)} {i.title} ({i.severity})" for i in visible)
    hint = f" Open: {shown}." if shown else " No incident is open."
    raise Wrong(f"Which incident? Use this in its channel, or name it, as in INC-12.{hint}")


async def _first_levels(
    conn: AsyncConnection, catalogue: Catalogue, now: datetime
) -> dict[ServiceId, tuple[OnCallPerson, ...]]:
    changed = await changes.since(conn, now, catalogue.schedules.values())
    found = {}
    for service in catalogue.services:
        policy = catalogue.policy_for(service)
        if policy is not None:
            found[service] = roster.level_people(policy, 1, catalogue, changed, now)
    return found


def _merged_into(incident: Incident) -> tuple[IncidentId, ...]:
    return () if incident.merged_into is None else (incident.merged_into,)


async def _places(conn: AsyncConnection, others: Iterable[IncidentId]) -> tuple[IncidentPlace, ...]:
    """Where they live; of a private one nothing but its number."""
    found = [await incidents.load(conn, number) for number in others]
    return tuple(
        IncidentPlace(other.id, None if other.private else other.channel) for other in found if other
    )


def _other_roles(catalogue: Catalogue, incident: Incident) -> dict[str, UserId]:
    shown = {role: known.name for role, known in catalogue.roles.items()}
    return {shown.get(role, role): user for role, user in incident.roles.items() if role != COMMANDER}


def _paged(its_pages: Iterable[Page], facts: Iterable[Fact]) -> tuple[PagedLine, ...]:
    """Everybody paged, in the order of their first page, with the last that is known of each."""
    users = {user for page in its_pages for user in page.ever_paged}
    latest: dict[UserId, PagedLine] = {}
    for fact in facts:
        for user, what in _said_of(fact):
            if user in users or what == "acknowledged":
                latest[user] = PagedLine(user, what, fact.at)
    return tuple(latest.values())


def _said_of(fact: Fact) -> list[tuple[UserId, str]]:
    match fact:
        case LevelPaged() | RespondersPaged():
            return [(UserId(who), "paged") for who in fact.people]
        case PersonNotified(outcome="failed"):
            return [(UserId(fact.user), "cannot be reached")]
    by = user_of(fact.by)
    if by is None:
        return []
    match fact:
        case PageDeclined():
            return [(by, "declined")]
        case PageAcknowledged() | PageTakenOver():
            return [(by, "acknowledged")]
    return []
