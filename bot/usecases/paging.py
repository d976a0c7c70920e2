"""Pages: begin, advance, acknowledge, decline, escalate, snooze, resolve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import debts, escalation, roster
from bot.core.alert import AlertStatus, resolve_by_hand
from bot.core.catalogue import Catalogue, Policy
from bot.core.escalation import Contact, Decision, Notice, Notify, Reply, Roster, Tell
from bot.core.facts import PageAcknowledged, PageAdopted, PageStarted
from bot.core.ids import Actor, IncidentId, PageId, ServiceId, SeverityId, UserId, page_label, user_of
from bot.core.page import Page, PageState
from bot.errors import Wrong
from bot.log_context import about, from_here_on
from bot.store import alerts, changes, incidents, messages, pages
from bot.store import debts as debt_store
from bot.store.database import Database
from bot.store.uow import Tx

Act = Callable[[Page, Roster], Decision]


async def roster_for(conn: AsyncConnection, policy: Policy, catalogue: Catalogue, tx: Tx) -> Roster:
    """Whom the policy's targets lead to at the transaction's instant."""
    changed = await changes.since(conn, tx.now, catalogue.schedules.values())
    return roster.resolve(policy, catalogue, changed, tx.now)


async def begin(
    tx: Tx,
    catalogue: Catalogue,
    *,
    service: ServiceId | None,
    title: str,
    severity: SeverityId | None,
    by: Actor,
    incident: IncidentId | None = None,
    group: bool = True,
    policy: Policy | None = None,
) -> Page:
    """Start a page with its first step, in the caller's transaction.

    `group` lets later alerts of the service and policy join it; without, it stands alone. Raises `Wrong` when nothing
    says whom to page: no policy for the service and no default.
    """
    chosen = policy or catalogue.policy_for(service)
    if chosen is None:
        raise Wrong(
            "There is no default escalation policy, so nobody can be paged. Ask an admin to run tocsin check."
        )
    fresh = Page(
        id=PageId(0),
        service=service,
        policy=chosen,
        title=title,
        severity=severity,
        state=PageState.TRIGGERED,
        started_at=tx.now,
        due_at=tx.now,
        incident=incident,
    )
    number = await pages.add(tx, fresh, pages.group_key(service, chosen) if group else None)
    page = replace(fresh, id=number)
    tx.record(
        PageStarted(
            at=tx.now,
            by=by,
            page=number,
            incident=None,
            policy=chosen.name,
            severity=severity,
            service=service,
        )
    )
    decision = escalation.start(page, await roster_for(tx.conn, chosen, catalogue, tx), tx.now)
    await apply(tx, page, decision, catalogue)
    await _owe_team_copy(tx, catalogue, decision.page)
    return decision.page


async def adopt(tx: Tx, page: Page, incident: IncidentId, by: Actor) -> Page:
    """An incident takes the page over; nobody is paged twice for it."""
    adopted = replace(page, incident=incident, version=page.version + 1)
    await pages.save(tx, adopted)
    tx.record(PageAdopted(at=tx.now, by=by, page=page.id, incident=incident))
    await touch(tx, page.id)
    return adopted


async def apply(tx: Tx, before: Page, decision: Decision, catalogue: Catalogue) -> None:
    """Write what was decided: the page, its facts, its notifications, and the copies that now show something old."""
    page = decision.page
    tx.record(*decision.facts)
    if page != before:
        await pages.save(tx, page)
    if decision.cancels:
        await pages.cancel_notifications(tx.conn, page.id, page.generation, tx.now)
        await debt_store.cancel_pages(tx.conn, page.id, page.generation, tx.real)
    for notify in decision.notify:
        await _owe_notification(tx, page, notify, decision)
    for tell in decision.tell:
        _owe_notice(tx, page, tell, catalogue)
    if page.version != before.version:
        await touch(tx, page.id)
        _tell_incident(tx, page, decision)
        _touch_homes(tx, before, page)


async def touch(tx: Tx, page: PageId, after: float = 0.0) -> None:
    """Every copy of the page is edited to its present state, at the latest `after` real seconds from now."""
    for message in await messages.of_subject(tx.conn, messages.of_page(page)):
        tx.owe(debts.page_copy(message.id, after))


async def advance_due(db: Database, catalogue: Catalogue, limit: int = 200) -> int:
    """Take the due step of up to `limit` pages, each once; answers how many."""
    async with db.write() as tx:
        due = await pages.due(tx.conn, tx.now, limit)
        changed = await changes.since(tx.conn, tx.now, catalogue.schedules.values())
        for page in due:
            with about(page.id, page.incident):
                who = roster.resolve(page.policy, catalogue, changed, tx.now)
                await apply(tx, page, escalation.on_due(page, who, tx.now), catalogue)
        return len(due)


async def acknowledge(db: Database, catalogue: Catalogue, page: PageId, by: UserId) -> Decision:
    """Stop the escalation; the reply says who has it when somebody was quicker."""
    async with db.write(first=True) as tx:
        decision = await _act(tx, catalogue, page, lambda p, _: escalation.acknowledge(p, by, tx.now))
        await _invite(tx, decision, by)
        return decision


async def take_over(db: Database, catalogue: Catalogue, page: PageId, by: UserId) -> Decision:
    async with db.write(first=True) as tx:
        decision = await _act(tx, catalogue, page, lambda p, _: escalation.take_over(p, by, tx.now))
        await _invite(tx, decision, by)
        return decision


async def decline(db: Database, catalogue: Catalogue, page: PageId, by: UserId) -> Decision:
    """ "Can't take it": when everybody of the level declined, the next level is paged now."""
    async with db.write(first=True) as tx:
        return await _act(tx, catalogue, page, lambda p, who: escalation.decline(p, by, who, tx.now))


async def escalate(db: Database, catalogue: Catalogue, page: PageId, by: Actor) -> Decision:
    """Page the next level now."""
    async with db.write(first=True) as tx:
        return await _act(tx, catalogue, page, lambda p, who: escalation.escalate(p, by, who, tx.now))


async def snooze(db: Database, catalogue: Catalogue, page: PageId, by: UserId, after: timedelta) -> Decision:
    async with db.write(first=True) as tx:
        return await _act(tx, catalogue, page, lambda p, _: escalation.snooze(p, by, after, tx.now))


async def resolve(db: Database, catalogue: Catalogue, page: PageId, by: Actor) -> Decision:
    """It is over, and so are its alerts."""
    async with db.write(first=True) as tx:
        return await resolve_in(tx, catalogue, page, by)


async def resolve_in(tx: Tx, catalogue: Catalogue, page: PageId, by: Actor) -> Decision:
    """`resolve` in the caller's transaction."""
    decision = await _act(tx, catalogue, page, lambda p, _: escalation.resolve(p, by, tx.now))
    if decision.reply is Reply.DONE:
        for alert in await alerts.of_page(tx.conn, page):
            if alert.status is not AlertStatus.RESOLVED:
                await alerts.save(tx.conn, resolve_by_hand(alert, by, tx.now))
    return decision


async def add_responders(
    db: Database, catalogue: Catalogue, page: PageId, people: tuple[Contact, ...], by: Actor
) -> Decision:
    """Page these people too; the levels keep their own time."""
    async with db.write() as tx:
        return await add_responders_in(tx, catalogue, page, people, by)


async def add_responders_in(
    tx: Tx, catalogue: Catalogue, page: PageId, people: tuple[Contact, ...], by: Actor
) -> Decision:
    return await _act(tx, catalogue, page, lambda p, _: escalation.add_responders(p, people, by, tx.now))


async def raise_severity(tx: Tx, catalogue: Catalogue, page: Page, severity: SeverityId, by: Actor) -> Page:
    """The stricter timeout holds from now on."""
    decision = escalation.change_severity(page, severity, by, tx.now)
    await apply(tx, page, decision, catalogue)
    return decision.page


async def could_not_reach(tx: Tx, catalogue: Catalogue, note: pages.Notification) -> None:
    """A notification failed for good; when that was the last hope of its step, the next level is paged now."""
    user = note.user
    if user is None:
        return
    await _act(
        tx,
        catalogue,
        note.page,
        lambda p, who: escalation.unreachable(p, user, note.generation, note.step, who, tx.now),
    )


async def act(tx: Tx, catalogue: Catalogue, page: PageId, decide: Act) -> Decision:
    """Load, decide and write in the caller's transaction."""
    return await _act(tx, catalogue, page, decide)


async def _act(tx: Tx, catalogue: Catalogue, number: PageId, decide: Act) -> Decision:
    from_here_on(number)
    page = await pages.load(tx.conn, number, lock=True)
    if page is None:
        raise Wrong(f"There is no page P-{number}.")
    from_here_on(incident=page.incident)
    decision = decide(page, await roster_for(tx.conn, page.policy, catalogue, tx))
    await apply(tx, page, decision, catalogue)
    return decision


async def _invite(tx: Tx, decision: Decision, by: UserId) -> None:
    """Whoever takes an incident's page belongs in its channel."""
    if decision.page.incident is None or decision.reply is not Reply.DONE:
        return
    incident = await incidents.load(tx.conn, decision.page.incident, lock=True)
    if incident is None or by in incident.invited:
        return
    await incidents.save(tx, replace(incident, invited=(*incident.invited, by), version=incident.version + 1))
    tx.owe(debts.incident(debts.DebtKind.INCIDENT_MEMBERS, incident.id))


def _tell_incident(tx: Tx, page: Page, decision: Decision) -> None:
    """The incident's card follows its pages, and its channel hears who took one."""
    if page.incident is None:
        return
    tx.owe(debts.incident(debts.DebtKind.INCIDENT_CARD, page.incident))
    for fact in decision.facts:
        if isinstance(fact, PageAcknowledged):
            key = f"incident:{page.incident}:acknowledged:{page_label(page.id)}.{page.version}"
            said = {"by": user_of(fact.by), "at": tx.now.isoformat(), "pages": [page.id]}
            tx.owe(debts.incident_post(key, page.incident, "acknowledged", said))


def _touch_homes(tx: Tx, before: Page, page: Page) -> None:
    concerned = {*before.ever_paged, *page.ever_paged, before.acknowledged_by, page.acknowledged_by}
    for user in sorted(user for user in concerned if user):
        tx.owe(debts.home(user))


async def _owe_notification(tx: Tx, page: Page, notify: Notify, decision: Decision) -> None:
    addressee = notify.user or notify.channel or ""
    added_by = next((user_of(fact.by) for fact in decision.facts if fact.kind == "responders_paged"), None)
    values: dict[str, Any] = {
        "page_id": page.id,
        "generation": page.generation,
        "step": notify.step,
        "level": notify.level,
        "addressee": addressee,
        "is_channel": notify.user is None,
        "method": "slack",
        "cause": notify.cause,
        "via": notify.via,
        "until": notify.until,
        "added_by": added_by,
        "round": page.round,
        "last_resort": page.last_resort,
        "state": "owed",
        "reason": "",
        "created_at": tx.now,
    }
    number = await pages.add_notification(tx.conn, values)
    if notify.user is not None:
        tx.owe(debts.page_dm(page.id, page.generation, number, notify.user))
    else:
        tx.owe(debts.page_channel(page.id, page.generation, number, addressee))


async def _owe_team_copy(tx: Tx, catalogue: Catalogue, page: Page) -> None:
    """The same card in the team's channel, when the team has one."""
    service = catalogue.services.get(page.service) if page.service else None
    team = catalogue.teams.get(service.team) if service and service.team else None
    if team is None or not team.channel:
        return
    paged = [note.addressee for note in await pages.notifications(tx.conn, page.id)]
    if team.channel not in paged:
        copy = Notify(page.step, page.level, escalation.Cause.STARTED, channel=team.channel)
        await _owe_notification(tx, page, copy, Decision(page))


def _owe_notice(tx: Tx, page: Page, tell: Tell, catalogue: Catalogue) -> None:
    """The schedule's owner hears of a gap once a page; the fallback channel and the admins of a page for nobody."""
    data = {"page": page.id, "schedule": tell.schedule, "reason": tell.reason}
    if tell.notice is Notice.EMPTY_SCHEDULE and tell.schedule:
        schedule = catalogue.schedules.get(tell.schedule)
        owner = catalogue.user_id(schedule.owner) if schedule and schedule.owner else None
        if owner:
            key = f"page:{page.id}:empty:{tell.schedule}:{owner}"
            tx.owe(debts.notice(key, owner, tell.notice, data))
        return
    key = f"page:{page.id}:nobody:{page.step}"
    if catalogue.fallback_channel:
        tx.owe(debts.notice(f"{key}:fallback", catalogue.fallback_channel, tell.notice, data))
    for admin in catalogue.admins:
        user = catalogue.user_id(admin)
        if user:
            tx.owe(debts.notice(f"{key}:{user}", user, tell.notice, data))
