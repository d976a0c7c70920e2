"""An incident's pages: whom it pages, and acknowledging and escalating from its channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core import escalation, roster
from bot.core.catalogue import Catalogue
from bot.core.command_names import NAMES
from bot.core.debts import DebtKind
from bot.core.decision import Contact, Decision, Reply
from bot.core.facts import LevelPaged, RespondersPaged
from bot.core.frozen import dataclass
from bot.core.ids import (
    IncidentId,
    PageId,
    PersonId,
    ScheduleId,
    ServiceId,
    TeamId,
    UserId,
    by_user,
    incident_label,
    page_label,
)
from bot.core.incident import Incident, IncidentDecision, Outcome, invite
from bot.core.page import Page, PageState
from bot.core.policy import CHOSEN_BY_HAND, LastResort, Level, Policy, Target, TargetKind
from bot.errors import Wrong
from bot.store import changes, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from bot.usecases.incident_updates import raise_page
from bot.usecases.incidents import repeated, say, short_enough, working_on, write
from bot.usecases.members import unfit

PEOPLE = frozenset({TargetKind.USER, TargetKind.TEAM, TargetKind.SCHEDULE, TargetKind.USER_GROUP})
CHOSEN_EVERY = timedelta(minutes=10)
"""People chosen by hand are paged again this often until one of them acknowledges."""


@dataclass(frozen=True)
class Paged:
    """What `page_people` did."""

    incident: Incident
    pages: tuple[Page, ...] = ()
    people: tuple[UserId, ...] = ()
    """Whom it paged now; empty when all of them are being paged already."""
    unreachable: tuple[str, ...] = ()
    """A reason for each of the chosen whom nothing can reach."""

    @property
    def running(self) -> tuple[PageId, ...]:
        """Open pages because of which nobody was paged now: somebody has them, or is being paged for them."""
        return () if self.people else tuple(p.id for p in self.pages if p.acknowledged_by or p.paged)


@dataclass(frozen=True)
class Acted:
    """What came of acting on each open page of an incident."""

    incident: Incident
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Chosen:
    """People and teams that somebody picked, and whom they lead to."""

    targets: tuple[Target, ...]
    contacts: tuple[Contact, ...]
    unreachable: tuple[str, ...]

    @property
    def users(self) -> tuple[UserId, ...]:
        return tuple(contact.user for contact in self.contacts)


async def page_people(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    users: Sequence[UserId] = (),
    teams: Sequence[TeamId] = (),
    services: Sequence[ServiceId] = (),
    groups: Sequence[str] = (),
    note: str = "",
    once: str | None = None,
) -> Paged:
    """Page people, teams, Slack user groups (by id), or whoever is on call for services; all of them are invited.

    Raises `Wrong` when nobody is named, when a name is not configured, when Slack has not told of a group, when nobody
    of them can be reached, or when the incident is over.
    """
    async with db.write() as tx:
        incident = await working_on(tx, number, by)
        if await repeated(tx, once):
            return Paged(incident)
        _check_request(catalogue, incident, (*users, *groups), teams, services)
        note = short_enough(note, "The note")
        chosen = await choose(tx, catalogue, users, teams, handles(catalogue, groups))
        touched = [await page_service(tx, catalogue, incident, service, by) for service in services]
        if chosen.targets:
            touched.append(await page_chosen(tx, catalogue, incident, chosen, by))
        people = _paged_now(tx, touched)
        called = (*chosen.users, *(user for page in touched for user in page.paged))
        incident = await invite_all(tx, incident, called)
        if people:
            data = {"people": list(people), "services": list(services), "note": note}
            say(tx, incident, "paged", by, mark=_mark(touched), **data)
        return Paged(incident, tuple(touched), people, chosen.unreachable)


async def acknowledge(db: Database, catalogue: Catalogue, number: IncidentId, by: UserId) -> Acted:
    """Acknowledge the incident's open pages; each decision says who has it when somebody was quicker."""
    async with db.write() as tx:
        incident = await working_on(tx, number, by)
        found = await _some_open(tx, incident, "acknowledge")
        decisions = [
            await paging.act(tx, catalogue, page.id, lambda p, _: escalation.acknowledge(p, by, tx.now))
            for page in found
        ]
        if any(decision.reply is Reply.DONE for decision in decisions):
            incident = await invite_all(tx, incident, (by,))
        return Acted(incident, tuple(decisions))


async def escalate(
    db: Database,
    catalogue: Catalogue,
    number: IncidentId,
    by: UserId,
    once: str | None = None,
    level: int | None = None,
) -> Acted:
    """Page the next level of each of the incident's open pages now, or the one (1-based) that is named."""
    async with db.write() as tx:
        incident = await working_on(tx, number, by)
        if await repeated(tx, once):
            return Acted(incident, ())
        found = await _some_open(tx, incident, "escalate")
        decisions = [await paging.escalate_in(tx, catalogue, page.id, by_user(by), level) for page in found]
        moved = [decision.page for decision in decisions]
        data = {"pages": [page.id for page in moved], "level": level}
        say(tx, incident, "escalated", by, mark=_mark(moved), **data)
        return Acted(incident, tuple(decisions))


async def choose(
    tx: Tx,
    catalogue: Catalogue,
    users: Iterable[UserId],
    teams: Iterable[TeamId],
    groups: Iterable[str] = (),
    schedules: Iterable[ScheduleId] = (),
    services: Iterable[ServiceId] = (),
) -> Chosen:
    """Whom the picked people, teams and user groups (by handle) lead to, and who is on call for the rest.

    Raises `Wrong` when that is nobody, though some were picked.
    """
    why_not = {user: await unfit(tx.conn, user) for user in dict.fromkeys(users)}
    targets = (
        *(
            Target(TargetKind.USER, _person(catalogue, user))
            for user, reason in why_not.items()
            if not reason
        ),
        *(Target(TargetKind.TEAM, team) for team in dict.fromkeys(teams)),
        *(Target(TargetKind.USER_GROUP, handle) for handle in dict.fromkeys(groups)),
        *(Target(TargetKind.SCHEDULE, schedule) for schedule in dict.fromkeys(schedules)),
        *(target for service in dict.fromkeys(services) for target in _first_called(catalogue, service)),
    )
    changed = await changes.since(tx.conn, tx.now, catalogue.schedules.values())
    reached = [roster.reach(target, catalogue, changed, tx.now) for target in targets]
    contacts = {contact.user: contact for found in reached for contact in found.people}
    reasons = tuple(filter(None, [*why_not.values(), *(found.reason for found in reached)]))
    if (targets or reasons) and not contacts:
        raise Wrong(f"Nobody was paged: {'; '.join(reasons)}. Choose somebody else.")
    return Chosen(targets, tuple(contacts.values()), reasons)


async def page_chosen(tx: Tx, catalogue: Catalogue, incident: Incident, chosen: Chosen, by: UserId) -> Page:
    """The chosen join the incident's page that nobody has acknowledged; without one they get a page of their own.

    A page that somebody has is left alone: on it, no time runs for whoever is called now.
    """
    running = [page for page in await _open(tx, incident) if page.state is PageState.TRIGGERED]
    if running:
        page = running[-1]
        fresh = tuple(contact for contact in chosen.contacts if contact.user not in page.paged)
        if not fresh:
            return page
        return (await paging.add_responders_in(tx, catalogue, page.id, fresh, by_user(by))).page
    return await _begin(tx, catalogue, incident, incident.service, chosen_policy(catalogue, chosen), by)


async def page_service(
    tx: Tx, catalogue: Catalogue, incident: Incident, service: ServiceId | None, by: UserId
) -> Page:
    """The service's open page becomes the incident's, unless another has it; without one a new page begins.

    For no service: a page of the default policy that nothing else joins.
    """
    policy = catalogue.policy_for(service)
    if policy is None:
        raise Wrong(
            "There is no default escalation policy, so nobody can be paged. Ask an admin to run tocsin check."
        )
    if service is None:
        return await _begin(tx, catalogue, incident, None, policy, by)
    group = pages.group_key(service, policy)
    running = (await pages.open_for(tx.conn, [group])).get(group)
    if running is None:
        return await _begin(tx, catalogue, incident, service, policy, by, group=not incident.private)
    if running.incident == incident.id:
        return running
    if running.incident is None:
        return await adopt(tx, catalogue, incident, running, by)
    mine = [page for page in await _open(tx, incident) if page.service == service]
    return mine[-1] if mine else await _begin(tx, catalogue, incident, service, policy, by)


async def adopt(tx: Tx, catalogue: Catalogue, incident: Incident, page: Page, by: UserId) -> Page:
    """Take a page over; it becomes at least as bad as the incident."""
    adopted = await paging.adopt(tx, page, incident.id, by_user(by))
    return await raise_page(tx, catalogue, adopted, incident, by)


async def invite_all(tx: Tx, incident: Incident, users: Iterable[UserId]) -> Incident:
    """They belong in the channel from now on."""
    invited = invite(incident, *users)
    if invited is incident:
        return incident
    await write(
        tx, IncidentDecision(invited, Outcome.DONE), DebtKind.INCIDENT_MEMBERS, DebtKind.INCIDENT_CARD
    )
    return invited


def chosen_policy(catalogue: Catalogue, chosen: Chosen) -> Policy:
    """One level of the chosen, with the default policy's timeouts, again and again until one acknowledges."""
    usual = catalogue.policy_for(None)
    level = Level(chosen.targets)
    last_resort = LastResort(level=1, every=CHOSEN_EVERY)
    if usual is None:
        return Policy(CHOSEN_BY_HAND, "people chosen by hand", (level,), last_resort)
    return replace(
        usual,
        id=CHOSEN_BY_HAND,
        name="people chosen by hand",
        levels=(level,),
        last_resort=last_resort,
        repeat=0,
        delay=timedelta(),
        then=(),
    )


async def _begin(
    tx: Tx,
    catalogue: Catalogue,
    incident: Incident,
    service: ServiceId | None,
    policy: Policy,
    by: UserId,
    *,
    group: bool = False,
) -> Page:
    return await paging.begin(
        tx,
        _without_channels(catalogue) if incident.private else catalogue,
        service=service,
        title=incident.title,
        severity=incident.severity,
        by=by_user(by),
        incident=incident.id,
        group=group,
        policy=_without_channel_targets(policy) if incident.private else policy,
    )


def _without_channels(catalogue: Catalogue) -> Catalogue:
    """A private incident is no channel's business: its pages go to people alone."""
    teams = {key: replace(team, channel=None) for key, team in catalogue.teams.items()}
    return replace(catalogue, teams=teams, fallback_channel=None)


def _without_channel_targets(policy: Policy) -> Policy:
    """A level that had only channels stays, empty: it is passed over at once, and the others keep their numbers."""
    levels = tuple(
        replace(level, targets=tuple(t for t in level.targets if t.kind is not TargetKind.CHANNEL))
        for level in policy.levels
    )
    return replace(policy, levels=levels)


def _first_called(catalogue: Catalogue, service: ServiceId) -> Iterator[Target]:
    """The people whom a problem of the service pages first."""
    policy = catalogue.policy_for(service)
    yield from (target for target in policy.levels[0].targets if target.kind in PEOPLE) if policy else ()


def _person(catalogue: Catalogue, user: UserId) -> PersonId:
    listed = catalogue.person_of(user)
    return listed.id if listed else PersonId(user)


def handles(catalogue: Catalogue, groups: Sequence[str]) -> tuple[str, ...]:
    """The handles of Slack user groups, by id. Raises `Wrong` for one that Slack has not told of."""
    known = {group.id: group.handle for group in catalogue.user_groups.values()}
    if any(group not in known for group in groups):
        raise Wrong(
            "Slack does not tell me who is in that user group. Name people instead. Nothing was done."
        )
    return tuple(known[group] for group in groups)


def _check_request(
    catalogue: Catalogue,
    incident: Incident,
    users: Sequence[str],
    teams: Sequence[TeamId],
    services: Sequence[ServiceId],
) -> None:
    label = incident_label(incident.id)
    if not incident.is_open:
        raise Wrong(
            f"{label} is {incident.status}, so nobody was paged. Reopen it first: {NAMES.incident} reopen {label}."
        )
    if not (users or teams or services):
        raise Wrong(
            f"Nobody is named. Name people, teams or services: {NAMES.incident} page @ana payments checkout."
        )
    for name, known in ((team, catalogue.teams) for team in teams):
        if name not in known:
            raise Wrong(f"There is no team {name}. The teams are: {', '.join(catalogue.teams)}.")
    check_services(catalogue, services)


def check_services(catalogue: Catalogue, services: Iterable[ServiceId]) -> None:
    for service in services:
        if service not in catalogue.services:
            raise Wrong(f"There is no service {service}. The services are: {', '.join(catalogue.services)}.")


async def _open(tx: Tx, incident: Incident) -> tuple[Page, ...]:
    return await pages.of_incident(tx.conn, incident.id, only_open=True)


async def _some_open(tx: Tx, incident: Incident, verb: str) -> tuple[Page, ...]:
    found = await _open(tx, incident)
    if not found:
        label = incident_label(incident.id)
        if not incident.is_open:
            raise Wrong(
                f"{label} is {incident.status}, so there is nothing to {verb}. "
                f"If it came back, reopen it: {NAMES.incident} reopen {label}."
            )
        raise Wrong(
            f"Nobody is being paged for {label}, so there is nothing to {verb}. "
            f"Page somebody: {NAMES.incident} page {label} …"
        )
    return found


def _paged_now(tx: Tx, touched: Iterable[Page]) -> tuple[UserId, ...]:
    """Whom this transaction pages; channels are not among them."""
    users = {user for page in touched for user in page.paged}
    facts = [fact for fact in tx.facts if isinstance(fact, LevelPaged | RespondersPaged)]
    return tuple(dict.fromkeys(UserId(who) for fact in facts for who in fact.people if who in users))


def _mark(touched: Iterable[Page]) -> str:
    return "-".join(f"{page_label(page.id)}.{page.version}" for page in touched)
