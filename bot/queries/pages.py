"""A page as people see it: on its card, and in the answer to "why was I paged?"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import escalation
from bot.core.alert import Alert, AlertStatus
from bot.core.catalogue import Catalogue
from bot.core.contact import MethodKind, Urgency
from bot.core.decision import Cause, Notify
from bot.core.drill import DRILL
from bot.core.facts import Fact, PageAcknowledged, PageDeclined, PageStarted, PageTakenOver
from bot.core.ids import IntegrationId, NotificationId, PageId, UserId, user_of
from bot.core.page import Page, PageState
from bot.core.page_facts import PageAgreed
from bot.core.policy import CHOSEN_BY_HAND
from bot.core.views import NextStep, OnCallPerson, PageView, PreviousPaged, ServiceView, Why
from bot.queries import notifications
from bot.store import alerts, incidents, pages, timeline
from bot.store.pages import Notification
from bot.store.rosters import rosters_at

OUT = frozenset({"sent", "delivered"})
"""The states of a notification that has left."""


async def card(
    conn: AsyncConnection,
    catalogue: Catalogue,
    page: PageId,
    notification: NotificationId | None,
    now: datetime,
) -> PageView | None:
    """The page's card; `notification` says for whom (None: a copy for a channel)."""
    found = await pages.load(conn, page)
    return await card_of(conn, catalogue, found, notification, now) if found else None


async def card_of(
    conn: AsyncConnection,
    catalogue: Catalogue,
    found: Page,
    notification: NotificationId | None,
    now: datetime,
) -> PageView:
    """`card` of a page that was just loaded."""
    notes = await pages.notifications(conn, found.id)
    facts = await timeline.of_page(conn, found.id)
    its_alerts = await alerts.of_page(conn, found.id)
    incident = await incidents.load(conn, found.incident) if found.incident else None
    if incident is not None and incident.private and is_channel_copy(notes, notification):
        incident = None
    step = await _next_step(conn, found, catalogue, now)
    mine = next((note for note in notes if note.id == notification and not note.is_channel), None)
    worst = _worst_first(its_alerts, catalogue)
    first = next((fact for fact in facts if isinstance(fact, PageAcknowledged)), None)
    by = found.resolved_by
    by_hand = all(alert.first_at > found.started_at for alert in its_alerts)
    return PageView(
        id=found.id,
        title=worst[0].title if worst and not by_hand else found.title,
        state=found.state,
        severity=found.severity,
        service=service_view(catalogue, found),
        started_at=min((found.started_at, *(a.starts_at or a.first_at for a in its_alerts))),
        description=_description(worst, by_hand),
        alerts_firing=sum(alert.status is AlertStatus.FIRING for alert in its_alerts),
        alerts=len(its_alerts),
        events=sum(alert.events for alert in its_alerts),
        links=worst[0].links if worst else (),
        source=worst[0].source if worst else "",
        why=_why(found, mine, notes, facts) if mine else None,
        reader=mine.user if mine else None,
        reader_declined=mine is not None and mine.user in _declined(found, facts, mine.created_at),
        next_step=step,
        acknowledged_by=found.acknowledged_by if found.state is PageState.ACKNOWLEDGED else None,
        acknowledged_at=found.acknowledged_at,
        first_acknowledged_by=user_of(first.by) if first else None,
        first_acknowledged_at=first.at if first else None,
        snoozed_until=found.snoozed_until,
        resolved_by=by,
        resolved_by_name=shown_machine(by, catalogue, worst) if by else "",
        resolved_at=found.resolved_at,
        paged=found.ever_paged,
        paged_now=found.paged,
        declined=found.declined,
        waits=found.waits,
        low_urgency=found.urgency is Urgency.LOW,
        agreed=found.agreed,
        missing=_missing(found),
        accepted=found.accepted,
        reader_was_added=mine is not None and mine.added_by not in (None, mine.user),
        reader_waiting=await _waiting(conn, found, mine),
        incident=incident.id if incident else None,
        incident_channel=incident.channel if incident else None,
    )


async def of_person(
    conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime
) -> tuple[PageView, ...]:
    """Open pages that `user` was paged for or holds, the oldest first, each as their own card shows it."""
    views = []
    for page in await pages.involving(conn, user):
        own = await notifications.latest_for(conn, page.id, user)
        views.append(await card(conn, catalogue, page.id, own, now))
    return tuple(view for view in views if view is not None)


def is_channel_copy(notes: Sequence[Notification], notification: NotificationId | None) -> bool:
    """A channel may hold people who must not know of a private incident."""
    return all(note.is_channel for note in notes if note.id == notification)


def shown_machine(actor: str, catalogue: Catalogue, its_alerts: Sequence[Alert] = ()) -> str:
    """A machine's name for people: its source's when an alert tells, else the integration's."""
    kind, _, name = actor.partition(":")
    if kind != "integration":
        return "" if kind == "user" else "Tocsin"
    source = next((a.source for a in its_alerts if a.integration == name and a.source != name), "")
    integration = catalogue.integrations.get(IntegrationId(name))
    return source or (integration.name if integration else name)


def service_view(catalogue: Catalogue, page: Page) -> ServiceView | None:
    if not page.service:
        return None
    service = catalogue.services.get(page.service)
    if service is None:
        return ServiceView(page.service)
    team = catalogue.teams.get(service.team) if service.team else None
    return ServiceView(
        service.name,
        team.name if team else "",
        service.tier,
        service.runbook,
        service.dashboard,
        team.texts if team else {},
    )


def _worst_first(its_alerts: Sequence[Alert], catalogue: Catalogue) -> list[Alert]:
    """Firing before resolved, the worst first, the oldest of equals."""
    return sorted(
        its_alerts,
        key=lambda a: (a.status is not AlertStatus.FIRING, catalogue.rank(a.severity), a.id),
    )


async def _next_step(
    conn: AsyncConnection, page: Page, catalogue: Catalogue, now: datetime
) -> NextStep | None:
    """What the engine will do when the time comes, by what is known today."""
    if page.state is not PageState.TRIGGERED or page.due_at is None or page.policy.id == DRILL:
        return None
    rosters = await rosters_at(conn, catalogue, page.due_at, changed_since=now)
    decision = escalation.on_due(page, await rosters.of(page), page.due_at)
    people = tuple(_shown(catalogue, one) for one in decision.notify if one.user)
    via = {one.via for one in decision.notify if one.user}
    return NextStep(
        page.due_at,
        people,
        via.pop() if len(via) == 1 else "",
        decision.page.last_resort,
        tuple(one.channel for one in decision.notify if one.channel),
    )


async def _waiting(conn: AsyncConnection, page: Page, mine: Notification | None) -> tuple[PageId, ...]:
    if mine is None or mine.user is None or page.state is not PageState.TRIGGERED:
        return ()
    return await pages.unanswered(conn, mine.user)


def _missing(page: Page) -> tuple[UserId, ...]:
    """Where some have acknowledged and all must: who can still."""
    answered = {*page.agreed, *page.declined, *page.failed}
    return tuple(user for user in page.paged if user not in answered) if page.agreed else ()


def _shown(catalogue: Catalogue, notify: Notify) -> OnCallPerson:
    person = catalogue.person_of(notify.user) if notify.user else None
    return OnCallPerson(person.name if person else notify.user or "", notify.user, notify.until)


def _description(worst: Sequence[Alert], by_hand: bool) -> str:
    """What the worst alert says; where a person began the page, its title is news as well."""
    if not worst:
        return ""
    parts = (worst[0].title if by_hand else "", worst[0].description)
    return "\n".join(part for part in parts if part)


def _why(page: Page, note: Notification, notes: Sequence[Notification], facts: Sequence[Fact]) -> Why:
    every = int(page.present_policy.last_resort.every.total_seconds() // 60) if note.last_resort else None
    return Why(
        cause=Cause(note.cause),
        level=note.level,
        via=note.via,
        until=note.until,
        last_resort_every_minutes=every,
        passes=note.round,
        previous=_previous(note, notes, _declined(page, facts)),
        added_by=UserId(note.added_by) if note.added_by else _asked_by(page, facts),
        is_drill=page.policy.id == DRILL and not note.added_by,
    )


def _declined(page: Page, facts: Sequence[Fact], since: datetime | None = None) -> set[UserId | None]:
    """Who said, at all or `since` then, that they can't take it, and has not taken it or come to help after that."""
    said: set[UserId | None] = set()
    for fact in facts:
        match fact:
            case PageDeclined() if since is None or fact.at >= since:
                said.add(user_of(fact.by))
            case PageAcknowledged() | PageTakenOver() | PageAgreed():
                said.discard(user_of(fact.by))
    return said - set(page.accepted)


def _asked_by(page: Page, facts: Sequence[Fact]) -> UserId | None:
    """Whoever chose by hand whom this page pages."""
    if page.policy.id != CHOSEN_BY_HAND:
        return None
    return next((user_of(fact.by) for fact in facts if isinstance(fact, PageStarted)), None)


def _previous(
    note: Notification, notes: Sequence[Notification], declined: Collection[UserId | None]
) -> tuple[PreviousPaged, ...]:
    """Whom the step before this one paged."""
    earlier = [n for n in notes if n.step < note.step and not n.is_channel]
    last_step = max((n.step for n in earlier), default=0)
    tried: dict[UserId, list[Notification]] = {}
    for n in earlier:
        if n.step == last_step:
            tried.setdefault(UserId(n.addressee), []).append(n)
    return tuple(
        PreviousPaged(
            user=user,
            at=theirs[0].created_at,
            outcome="declined" if user in declined else _outcome(theirs),
            methods=tuple(MethodKind(n.method) for n in theirs if n.state in OUT),
        )
        for user, theirs in tried.items()
    )


def _outcome(attempts: Sequence[Notification]) -> str:
    """What came of all attempts at one person: the best of them."""
    states = [attempt.state for attempt in attempts]
    if OUT & set(states):
        return "sent"
    return next((state for state in ("owed", "planned", "failed") if state in states), states[0])
