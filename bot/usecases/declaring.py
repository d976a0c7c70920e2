"""Declare an incident: recorded first, then everything in Slack is owed."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.facts import IncidentDeclared, NoteAdded
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, PageId, ServiceId, SeverityId, TeamId, UserId, by_user, page_label
from bot.core.incident import Incident, IncidentStatus, invite
from bot.core.page import Page
from bot.core.permissions import Action
from bot.errors import Wrong
from bot.log_context import from_here_on
from bot.store import incidents, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.incident_paging import (
    Chosen,
    adopt,
    check_services,
    choose,
    page_chosen,
    page_service,
)
from bot.usecases.incident_updates import check_severity
from bot.usecases.incidents import LONGEST_TITLE, checked_text, owe_homes, short_enough
from bot.usecases.members import require


class PageWhom(StrEnum):
    ON_CALL = "on_call"
    """Whoever is on call for the service; for no service, the default policy."""
    CHOSEN = "chosen"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Declare:
    """What the modal says. A page of the service that is open already is adopted, whomever it asks to page."""

    title: str
    severity: SeverityId
    service: ServiceId | None = None
    description: str = ""
    private: bool = False
    whom: PageWhom = PageWhom.ON_CALL
    people: tuple[UserId, ...] = ()
    teams: tuple[TeamId, ...] = ()
    page: PageId | None = None
    """Declared from this page: it becomes the incident's."""
    link: str = ""
    """Declared from the message at this address."""
    trigger_key: str | None = None
    """The submission: a repeated one finds the incident that the first one made."""


@dataclass(frozen=True)
class Declared:
    incident: Incident
    page: Page | None
    """The page that looks for somebody; None when nobody was to be paged."""
    adopted: bool = False
    """The page was there before: nobody was paged twice."""
    already: bool = False
    """This submission had been acted on before."""
    unreachable: tuple[str, ...] = ()
    """A reason for each of the chosen whom nothing can reach."""


async def declare(db: Database, catalogue: Catalogue, request: Declare, by: UserId) -> Declared:
    """Record the incident, page whom it asks for, and owe the channel and all that follows.

    Raises `NotAllowed` for guests and `Wrong` for an empty or over-long text, an unknown severity, service or team,
    nobody chosen, or a page that has its incident already; nothing is recorded then.
    """
    async with db.write() as tx:
        await require(tx.conn, Action.DECLARE, by)
        if request.trigger_key:
            known = await incidents.by_trigger(tx.conn, request.trigger_key)
            if known is not None:
                its_pages = await pages.of_incident(tx.conn, known.id)
                return Declared(known, its_pages[0] if its_pages else None, already=True)
        request = _checked(catalogue, request)
        chosen = await choose(tx, catalogue, request.people, request.teams)
        incident = await _record(tx, request, by)
        page, adopted = await _page(tx, catalogue, incident, request, chosen, by)
        incident = invite(incident, by, *(page.ever_paged if page else ()), *chosen.users)
        await incidents.save(tx, incident)
        tx.owe(debts.incident(DebtKind.INCIDENT_CHANNEL, incident.id))
        await owe_homes(tx, incident)
        return Declared(incident, page, adopted, unreachable=chosen.unreachable)


def _checked(catalogue: Catalogue, request: Declare) -> Declare:
    title = " ".join(checked_text(request.title, "The title").split())
    check_severity(catalogue, request.severity)
    check_services(catalogue, [request.service] if request.service else [])
    for team in request.teams:
        if team not in catalogue.teams:
            raise Wrong(f"There is no team {team}. The teams are: {', '.join(catalogue.teams)}.")
    if request.whom is PageWhom.CHOSEN and not (request.people or request.teams):
        raise Wrong("Choose at least one person or team to page, or choose to page nobody.")
    chosen = request.whom is PageWhom.CHOSEN
    return replace(
        request,
        title=short_enough(title, "The title", LONGEST_TITLE),
        description=short_enough(request.description, "The description"),
        people=request.people if chosen else (),
        teams=request.teams if chosen else (),
    )


async def _record(tx: Tx, request: Declare, by: UserId) -> Incident:
    fresh = Incident(
        id=IncidentId(0),
        title=request.title,
        severity=request.severity,
        status=IncidentStatus.INVESTIGATING,
        declared_by=by,
        declared_at=tx.now,
        service=request.service,
        description=request.description,
        private=request.private,
    )
    incident = replace(fresh, id=await incidents.add(tx, fresh, request.trigger_key))
    from_here_on(incident=incident.id)
    tx.record(
        IncidentDeclared(
            at=tx.now,
            by=by_user(by),
            incident=incident.id,
            title=incident.title,
            severity=incident.severity,
            service=incident.service,
            private=incident.private,
            description=incident.description,
        )
    )
    if request.link:
        text = "Declared from a message"
        tx.record(NoteAdded(at=tx.now, by=by_user(by), incident=incident.id, text=text, link=request.link))
    return incident


async def _page(
    tx: Tx, catalogue: Catalogue, incident: Incident, request: Declare, chosen: Chosen, by: UserId
) -> tuple[Page | None, bool]:
    """The page that looks for somebody, and whether it was there before."""
    running = await _running_page(tx, catalogue, request)
    page = await adopt(tx, catalogue, incident, running, by) if running else None
    match request.whom:
        case PageWhom.CHOSEN:
            return await page_chosen(tx, catalogue, incident, chosen, by), page is not None
        case PageWhom.ON_CALL if page is None:
            return await page_service(tx, catalogue, incident, incident.service, by), False
        case _:
            return page, page is not None


async def _running_page(tx: Tx, catalogue: Catalogue, request: Declare) -> Page | None:
    """The page that it is declared from, or else the service's open one that has no incident."""
    if request.page is not None:
        page = await pages.load(tx.conn, request.page, lock=True)
        if page is None:
            raise Wrong(f"There is no page {page_label(request.page)}.")
        if page.is_open and page.incident is not None:
            raise Wrong(
                f"Somebody was quicker: {page_label(page.id)} has its incident already. Nothing was declared."
            )
        if page.is_open:
            return page
    policy = catalogue.policy_for(request.service) if request.service else None
    if request.service is None or policy is None:
        return None
    group = pages.group_key(request.service, policy)
    running = (await pages.open_for(tx.conn, [group])).get(group)
    return running if running and running.incident is None else None
