"""Pages: begin, advance, acknowledge, decline, escalate, snooze, resolve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core import debts, escalation
from bot.core.alert import Alert, AlertStatus, resolve_by_hand
from bot.core.catalogue import Catalogue
from bot.core.contact import SLACK_DM, MethodKind
from bot.core.decision import Cause, Contact, Decision, Notice, Notify, Reply, Roster, Tell
from bot.core.facts import PageAcknowledged, PageAdopted, PageStarted
from bot.core.frozen import dataclass
from bot.core.ids import Actor, IncidentId, PageId, ServiceId, SeverityId, UserId, page_label, user_of
from bot.core.page import Page, PageState
from bot.core.policy import Policy
from bot.core.urgency import urgency_of
from bot.errors import Wrong
from bot.log_context import from_here_on
from bot.store import alerts, incidents, pages, timeline, turns_taken
from bot.store import debts as debt_store
from bot.store.database import Database
from bot.store.giving_way import let_others
from bot.store.rosters import Rosters, rosters_for
from bot.store.uow import Tx
from bot.usecases import calls, help_asked, reaching

Act = Callable[[Page, Roster], Decision]
DECIDED_IN_ONE_TURN = 50
"""Steps; then others have their turn, as after so many rows of a statement, and see nothing of it before the commit."""


@dataclass(frozen=True)
class Seen:
    """Where a page stood when somebody looked at it."""

    generation: int
    step: int

    @classmethod
    def of(cls, page: Page) -> Seen:
        return cls(page.generation, page.step)


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
    rosters: Rosters | None = None,
    alert: Alert | None = None,
) -> Page:
    """Start a page with its first step, or the wait before it, in the caller's transaction.

    `group` lets later alerts of the service and policy join it; without, it stands alone. `rosters` is for whoever
    begins many in one transaction; `alert` is what it is about, if it is not written yet. Raises `Wrong` when nothing
    says whom to page: no policy for the service and no default.
    """
    chosen = policy or catalogue.policy_for(service)
    if chosen is None:
        raise Wrong(
            "There is no default escalation policy, so nobody can be paged. Ask an admin to run tocsin check."
        )
    urgency, urgent_at = urgency_of(catalogue.services.get(service) if service else None, tx.now)
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
        urgency=urgency,
        urgent_at=urgent_at,
    )
    started = PageStarted(
        at=tx.now, by=by, page=fresh.id, policy=chosen.name, severity=severity, service=service
    )
    rosters = rosters or await rosters_for(tx, catalogue)
    decision = escalation.start(fresh, await rosters.of(fresh, alert), tx.now)
    rosters.took(decision.turns)
    number = await pages.add(tx, decision.page, pages.group_key(service, chosen) if group else None)
    page = replace(decision.page, id=number)
    decision = replace(
        decision,
        page=page,
        facts=tuple(replace(fact, page=number) for fact in (started, *decision.facts)),
    )
    await _follow(tx, [(fresh, decision)], catalogue)
    return page


async def adopt(tx: Tx, page: Page, incident: IncidentId, by: Actor) -> Page:
    """An incident takes the page over; nobody is paged twice for it."""
    adopted = replace(page, incident=incident, version=page.version + 1)
    await pages.save(tx, adopted)
    tx.record(PageAdopted(at=tx.now, by=by, page=page.id, incident=incident))
    tx.touch(page.id)
    return adopted


async def apply(tx: Tx, before: Page, decision: Decision, catalogue: Catalogue) -> None:
    """Write what was decided: the page, its facts, its notifications, and the copies that now show something old."""
    await apply_all(tx, [(before, decision)], catalogue)


async def apply_all(tx: Tx, decided: Sequence[tuple[Page, Decision]], catalogue: Catalogue) -> None:
    """`apply` for many pages, each once, in as many statements as for one."""
    changed = [(before, decision.page) for before, decision in decided if decision.page is not before]
    moved = [decision.page for _, decision in decided if decision.cancels]
    if changed:
        await pages.save_differences(tx, changed)
    if moved:
        await pages.cancel_notifications(tx.conn, moved, tx.now)
        await debt_store.cancel_pages(tx.conn, moved, tx.real)
    calmed = [decision.page.id for before, decision in decided if _is_calmed(before, decision.page)]
    if calmed and any(MethodKind.VOICE in one.methods for one in catalogue.providers.values()):
        await calls.hang_up(tx, calmed)
    await _follow(tx, decided, catalogue)


def _is_calmed(before: Page, page: Page) -> bool:
    """It calls nobody any more."""
    return before.state is PageState.TRIGGERED and page.state is not PageState.TRIGGERED


async def _follow(tx: Tx, decided: Sequence[tuple[Page, Decision]], catalogue: Catalogue) -> None:
    """What follows from pages that are written."""
    decided = [(before, _with_team_copy(catalogue, before, decision)) for before, decision in decided]
    await _owe_notifications(tx, [decision for _, decision in decided])
    for _, decision in decided:
        if decision.turns:
            await turns_taken.put(tx.conn, decision.turns)
        if decision.spares:
            await reaching.stop(tx, decision.page.id, decision.spares, "they have answered")
    for before, decision in decided:
        page = decision.page
        tx.record(*decision.facts)
        for tell in decision.tell:
            _owe_notice(tx, page, tell, catalogue)
        if page.version != before.version:
            if before.id:  # one that begins has no copies yet
                tx.touch(page.id)
            _tell_incident(tx, page, decision, catalogue)
            _touch_homes(tx, before, page)


async def advance_due(db: Database, catalogue: Catalogue, limit: int = 200, most: int = 0) -> int:
    """Take the due step of up to `limit` pages, each once; answers how many.

    While nobody else waits to write, and up to `most` pages, the next `limit` are taken in the same transaction: a
    commit costs as much as a dozen steps.
    """
    async with db.write() as tx:
        rosters = await rosters_for(tx, catalogue)
        found = taken = await _advance(tx, catalogue, rosters, limit)
        while found == limit and taken + limit <= most and not db.is_awaited:
            await tx.flush()
            found = await _advance(tx, catalogue, rosters, limit)
            taken += found
        return taken


async def _advance(tx: Tx, catalogue: Catalogue, rosters: Rosters, limit: int) -> int:
    due = await pages.due(tx.conn, tx.now, limit)
    decided = []
    for number, page in enumerate(due, 1):
        decided.append((page, await _on_due(tx, rosters, page)))
        if number % DECIDED_IN_ONE_TURN == 0:
            await let_others()
    await apply_all(tx, decided, catalogue)
    return len(due)


async def _on_due(tx: Tx, rosters: Rosters, page: Page) -> Decision:
    active_at = None
    if page.state is PageState.ACKNOWLEDGED:
        active_at = await timeline.last_work(tx.conn, page.id, page.incident)
    decision = escalation.on_due(page, await rosters.of(page), tx.now, active_at)
    rosters.took(decision.turns)
    return decision


async def look_again(db: Database) -> int:
    """People became known: pages that reached nobody are due at once. Answers how many."""
    async with db.read() as conn:
        if not any(_reached_nobody(page) for page in await pages.open_pages(conn)):
            return 0
    async with db.write() as tx:
        waiting = [page for page in await pages.open_pages(tx.conn) if _reached_nobody(page)]
        for page in waiting:
            await pages.save(tx, replace(page, due_at=tx.now))
        tx.wake("escalate")
        return len(waiting)


def _reached_nobody(page: Page) -> bool:
    return page.state is PageState.TRIGGERED and page.level == 0 and not page.paged and not page.waits


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
        decision = await _act(tx, catalogue, page, lambda p, who: escalation.decline(p, by, who, tx.now))
        await reaching.stop(tx, page, by, "they can't take it")
        await help_asked.tell_asker(tx, page, by, coming=False)
        return decision


async def acknowledge_all(
    db: Database, catalogue: Catalogue, by: UserId, latest: PageId
) -> tuple[Decision, ...]:
    """Acknowledge what waits for `by`, in one transaction; of pages newer than `latest` they do not know yet."""
    async with db.write(first=True) as tx:
        waiting = await pages.unanswered(tx.conn, by)
        found = [await pages.load(tx.conn, page, lock=True) for page in waiting if page <= latest]
        decided = [(page, escalation.acknowledge(page, by, tx.now)) for page in found if page is not None]
        await apply_all(tx, decided, catalogue)
        for _, decision in decided:
            await _invite(tx, decision, by)
        return tuple(decision for _, decision in decided)


async def escalate(
    db: Database,
    catalogue: Catalogue,
    page: PageId,
    by: Actor,
    level: int | None = None,
    seen: Seen | None = None,
) -> Decision:
    """Page the next level now, or the one (1-based) that was chosen.

    `seen` is what the person who escalates knew of the page: when it has moved on since, nothing changes and the reply
    is `HELD_BY_OTHER` or `NOT_DUE`. Raises `Wrong` when the policy has no such level.
    """
    async with db.write(first=True) as tx:
        return await escalate_in(tx, catalogue, page, by, level, seen)


async def escalate_in(
    tx: Tx,
    catalogue: Catalogue,
    page: PageId,
    by: Actor,
    level: int | None = None,
    seen: Seen | None = None,
) -> Decision:
    """`escalate` in the caller's transaction."""

    def decide(found: Page, roster: Roster) -> Decision:
        if found.is_open and seen is not None and seen != Seen.of(found):
            held = found.acknowledged_by not in (None, user_of(by))
            return Decision(found, Reply.HELD_BY_OTHER if held else Reply.NOT_DUE)
        levels = len(found.present_policy.levels)
        if level is not None and not 1 <= level <= levels:
            raise Wrong(f"{page_label(page)} has {levels} levels, and no level {level}. Nothing was changed.")
        return escalation.escalate(found, by, roster, tx.now, level)

    return await _act(tx, catalogue, page, decide)


async def accept(db: Database, catalogue: Catalogue, page: PageId, by: UserId) -> Decision:
    """Somebody who was added to help says that they come."""
    async with db.write(first=True) as tx:
        decision = await _act(tx, catalogue, page, lambda p, _: escalation.accept(p, by, tx.now))
        await _invite(tx, decision, by)
        if decision.reply is Reply.DONE:
            await help_asked.tell_asker(tx, page, by, coming=True)
        return decision


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
        its_alerts = await alerts.of_page(tx.conn, page)
        open_ones = [alert for alert in its_alerts if alert.status is not AlertStatus.RESOLVED]
        await alerts.save(tx.conn, *(resolve_by_hand(alert, by, tx.now) for alert in open_ones))
    return decision


async def add_responders_in(
    tx: Tx, catalogue: Catalogue, page: PageId, people: tuple[Contact, ...], by: Actor
) -> Decision:
    """Page these people too, in the caller's transaction; the levels keep their own time."""
    return await _act(tx, catalogue, page, lambda p, _: escalation.add_responders(p, people, by, tx.now))


async def raise_severity(tx: Tx, catalogue: Catalogue, page: Page, severity: SeverityId, by: Actor) -> Page:
    """The stricter timeout holds from now on."""
    decision = escalation.change_severity(page, severity, by, tx.now)
    await apply(tx, page, decision, catalogue)
    return decision.page


async def could_not_reach(tx: Tx, catalogue: Catalogue, note: pages.Notification) -> None:
    """A notification failed for good: their next method is tried now; without one, they are out of reach.

    When that was the last hope of its step, the next level is paged now.
    """
    user = note.user
    if user is None or not await reaching.is_lost(tx, note):
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
    decision = decide(page, await (await rosters_for(tx, catalogue)).of(page))
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


def _tell_incident(tx: Tx, page: Page, decision: Decision, catalogue: Catalogue) -> None:
    """The incident's card follows its pages; its channel hears who took one, with what they are to do first."""
    if page.incident is None:
        return
    service = catalogue.services.get(page.service) if page.service else None
    runbook = service.runbook if service else None
    tx.owe(debts.incident(debts.DebtKind.INCIDENT_CARD, page.incident))
    for fact in decision.facts:
        if isinstance(fact, PageAcknowledged):
            key = f"incident:{page.incident}:acknowledged:{page_label(page.id)}.{page.version}"
            said = {"by": user_of(fact.by), "at": tx.now.isoformat(), "pages": [page.id], "runbook": runbook}
            tx.owe(debts.incident_post(key, page.incident, "acknowledged", said))


def _touch_homes(tx: Tx, before: Page, page: Page) -> None:
    held = [user for user in (before.acknowledged_by, page.acknowledged_by) if user]
    tx.touch_homes(*before.ever_paged, *page.ever_paged, *held)


async def _owe_notifications(tx: Tx, decisions: Sequence[Decision]) -> None:
    rows = [_notification(decision, notify, tx) for decision in decisions for notify in decision.notify]
    await reaching.notify(tx, rows, {decision.page.id: decision.page for decision in decisions})


def _notification(decision: Decision, notify: Notify, tx: Tx) -> dict[str, Any]:
    page = decision.page
    return {
        "page_id": page.id,
        "generation": page.generation,
        "step": notify.step,
        "level": notify.level,
        "addressee": notify.addressee,
        "is_channel": notify.user is None,
        "method": (MethodKind.WEBHOOK if notify.webhook else MethodKind.SLACK).value,
        "contact": SLACK_DM,
        "due_at": None,
        "cause": notify.cause,
        "via": notify.via,
        "until": notify.until,
        "added_by": next(
            (user_of(fact.by) for fact in decision.facts if fact.kind == "responders_paged"), None
        ),
        "round": page.round,
        "last_resort": page.last_resort,
        "state": "owed",
        "reason": "",
        "provider": "",
        "remote_id": "",
        "created_at": tx.now,
        "settled_at": None,
    }


def _with_team_copy(catalogue: Catalogue, before: Page, decision: Decision) -> Decision:
    """With the first step the same card goes to the team's channel, if it has one and the step does not page it."""
    page = decision.page
    if before.step or not page.step:
        return decision
    service = catalogue.services.get(page.service) if page.service else None
    team = catalogue.teams.get(service.team) if service and service.team else None
    if team is None or not team.channel or any(one.channel == team.channel for one in decision.notify):
        return decision
    copy = Notify(page.step, page.level, Cause.STARTED, channel=team.channel)
    return replace(decision, notify=(*decision.notify, copy))


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
