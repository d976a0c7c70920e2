"""What a page does next: the promise of PRODUCT §3 as pure functions.

Each function takes the page as it is, what a person or the clock did, and `now`; it answers a `Decision` with the page
as it becomes, the facts, and who is to be notified. None of them can leave a triggered page without a next step.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.decision import Cause, Contact, Decision, Notify, Reply, Roster
from bot.core.facts import (
    AcknowledgedLate,
    PageAcknowledged,
    PageDeclined,
    PageEscalated,
    PageResolved,
    PageSeverityChanged,
    PageSnoozed,
    PageTakenOver,
    RespondersPaged,
    SnoozeEnded,
)
from bot.core.ids import TOCSIN, Actor, SeverityId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.page_facts import (
    AcknowledgmentExpired,
    PageAgreed,
    PageReassigned,
    PageWaits,
    ResponderAccepted,
)
from bot.core.policy import AckBy
from bot.core.steps import Place, late_ms, next_due, take_step, with_also


def start(page: Page, roster: Roster, now: datetime) -> Decision:
    """The first step of a new page, or the wait before it; its caller records `PageStarted`."""
    if page.policy.delay:
        until = now + page.policy.delay
        fact = PageWaits(at=now, by=TOCSIN, page=page.id, until=until)
        return Decision(replace(page, due_at=until), facts=(fact,))
    return take_step(page, roster, now, Cause.STARTED, by=TOCSIN)


def on_due(page: Page, roster: Roster, now: datetime, active_at: datetime | None = None) -> Decision:
    """Time came: the next level, the end of a snooze or of an idle acknowledgment, or nothing when it is not due.

    `active_at` is when somebody last did something about an acknowledged page, if anybody did.
    """
    if page.due_at is None or page.due_at > now:
        return Decision(page, Reply.NOT_DUE)
    match page.state:
        case PageState.SNOOZED:
            return _wake(page, roster, now)
        case PageState.ACKNOWLEDGED:
            return _expire(page, roster, now, active_at)
        case PageState.TRIGGERED if page.waits:
            return take_step(page, roster, now, Cause.STARTED, by=TOCSIN)
        case PageState.TRIGGERED if _only_urgency(page, now):
            return take_step(_level_again(page, now), roster, now, Cause.HOURS_BEGAN, by=TOCSIN)
        case PageState.TRIGGERED:
            return take_step(page, roster, now, Cause.TIMEOUT, by=TOCSIN)
        case _:
            return Decision(page, Reply.NOT_DUE)


def acknowledge(page: Page, by: UserId, now: datetime) -> Decision:
    """Stop the escalation because somebody took it. Twice, late and after resolve are facts, not errors."""
    if page.state is PageState.RESOLVED:
        return _late(page, by, now, Reply.OVER)
    if page.state is PageState.ACKNOWLEDGED:
        reply = Reply.ALREADY_YOURS if page.acknowledged_by == by else Reply.HELD_BY_OTHER
        return _late(page, by, now, reply)
    if missing := _others_who_must(page, by):
        return _agree(page, by, missing, now)
    held = _held(page, by, now)
    return Decision(held, facts=(PageAcknowledged(at=now, by=by_user(by), page=page.id),), cancels=True)


def take_over(page: Page, by: UserId, now: datetime) -> Decision:
    """Somebody takes an acknowledged page from its holder; an unacknowledged one is acknowledged."""
    if page.state is not PageState.ACKNOWLEDGED or page.acknowledged_by == by:
        return acknowledge(page, by, now)
    held = _held(page, by, now)
    fact = PageTakenOver(at=now, by=by_user(by), page=page.id, previous=page.acknowledged_by)
    return Decision(held, facts=(fact,), cancels=True)


def decline(page: Page, by: UserId, roster: Roster, now: datetime) -> Decision:
    """ "Can't take it": when nobody whom the step paged is left who could, the next level is paged now.

    Where all must acknowledge, that is as soon as the last of them answered.
    """
    fact = PageDeclined(at=now, by=by_user(by), page=page.id)
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER, (fact,))
    page = _not_coming(page, by)
    if page.state is PageState.ACKNOWLEDGED and page.acknowledged_by != by:
        return Decision(replace(page, version=page.version + 1), Reply.HELD_BY_OTHER, (fact,))
    if page.state is not PageState.TRIGGERED:
        decision = take_step(_fenced(_freed(page)), roster, now, Cause.DECLINED, by=by_user(by))
        return replace(decision, reply=Reply.NEXT_PAGED, facts=(fact, *decision.facts), cancels=True)
    if by not in page.paged or by in page.declined:
        return Decision(page, Reply.DONE, (fact,))
    agreed = tuple(user for user in page.agreed if user != by)
    page = replace(page, declined=(*page.declined, by), agreed=agreed, version=page.version + 1)
    if _still_asked(page):
        return Decision(page, Reply.DONE, (fact,), spares=by)
    decision = take_step(replace(page, reached=True), roster, now, Cause.DECLINED, by=by_user(by))
    return replace(decision, reply=Reply.NEXT_PAGED, facts=(fact, *decision.facts))


def unreachable(
    page: Page, user: UserId, generation: int, step: int, roster: Roster, now: datetime
) -> Decision:
    """Nothing can reach `user` for good; when that is everybody of the step, the next level is paged now."""
    current = page.state is PageState.TRIGGERED and (page.generation, page.step) == (generation, step)
    if not current or user not in page.paged or user in page.failed:
        return Decision(page, Reply.NOT_DUE)
    page = replace(page, failed=(*page.failed, user), version=page.version + 1)
    if _still_asked(page):
        return Decision(page)
    return take_step(
        replace(page, reached=page.reached or bool(page.agreed)), roster, now, Cause.UNREACHABLE, by=TOCSIN
    )


def escalate(page: Page, by: Actor, roster: Roster, now: datetime, level: int | None = None) -> Decision:
    """Somebody moves it on by hand, also when it was acknowledged or snoozed: the next level is paged now.

    `level` (1-based) chooses one of the present policy's instead; the run goes on from there.
    """
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    fact = PageEscalated(at=now, by=by, page=page.id)
    running = replace(_freed(page), reached=True)
    if level is not None:
        levels = len(page.present_policy.levels)
        running = replace(running, level=min(max(level, 1), levels) - 1, last_resort=False)
    decision = take_step(_fenced(running), roster, now, Cause.ESCALATED, by=by)
    return replace(decision, reply=Reply.NEXT_PAGED, facts=(fact, *decision.facts), cancels=True)


def reassign(page: Page, people: tuple[Contact, ...], by: Actor, now: datetime) -> Decision:
    """Somebody gives it to others: they are paged now, and unless one of them acknowledges in time the run goes on."""
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    users = tuple(dict.fromkeys(contact.user for contact in people))
    place = Place(max(page.level, 1), page.round, page.leg, page.last_resort)
    given = replace(
        _fenced(_freed(page)),
        step=page.step + 1,
        level=place.level,
        step_at=now,
        due_at=next_due(page, now, place),
        paged=users,
        declined=(),
        failed=(),
        agreed=(),
        reached=True,
        ever_paged=tuple(dict.fromkeys((*page.ever_paged, *users))),
    )
    fact = PageReassigned(at=now, by=by, page=page.id, people=users)
    return Decision(given, Reply.DONE, (fact,), _by_hand(given, people, Cause.REASSIGNED), cancels=True)


def snooze(page: Page, by: UserId, after: timedelta, now: datetime) -> Decision:
    """Quiet until then; the same level is paged again when the time comes."""
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    until = now + after
    asleep = replace(
        _fenced(page),
        state=PageState.SNOOZED,
        snoozed_until=until,
        due_at=until,
        acknowledged_by=by,
        acknowledged_at=now,
    )
    return Decision(
        asleep, facts=(PageSnoozed(at=now, by=by_user(by), page=page.id, until=until),), cancels=True
    )


def resolve(page: Page, by: Actor, now: datetime) -> Decision:
    """It is over; the next alert starts a new page."""
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    over = replace(
        _fenced(page),
        state=PageState.RESOLVED,
        due_at=None,
        snoozed_until=None,
        resolved_by=by,
        resolved_at=now,
    )
    return Decision(over, facts=(PageResolved(at=now, by=by, page=page.id),), cancels=True)


def change_severity(page: Page, severity: SeverityId, by: Actor, now: datetime) -> Decision:
    """The stricter timeout holds from now on; a milder severity never slows a running step."""
    if page.state is PageState.RESOLVED or severity == page.severity:
        return Decision(page, Reply.NOT_DUE)
    fact = PageSeverityChanged(at=now, by=by, page=page.id, severity=severity, previous=page.severity)
    due_at = page.due_at
    runs = page.state is PageState.TRIGGERED and not page.last_resort and page.level > 0 and page.paged
    if runs and due_at is not None and page.step_at is not None:
        stricter = page.step_at + page.present_policy.timeout(page.level, severity)
        due_at = min(due_at, max(stricter, now))
    changed = replace(page, severity=severity, due_at=due_at, version=page.version + 1)
    return Decision(changed, facts=(fact,))


def add_responders(page: Page, people: tuple[Contact, ...], by: Actor, now: datetime) -> Decision:
    """Page more people by hand; the levels keep their own time."""
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    users = tuple(dict.fromkeys(contact.user for contact in people))
    more = replace(
        page,
        step=page.step + 1,
        paged=tuple(dict.fromkeys((*page.paged, *users))),
        ever_paged=tuple(dict.fromkeys((*page.ever_paged, *users))),
        version=page.version + 1,
    )
    fact = RespondersPaged(at=now, by=by, page=page.id, people=users)
    return Decision(more, facts=(fact,), notify=_by_hand(more, people, Cause.ESCALATED))


def accept(page: Page, by: UserId, now: datetime) -> Decision:
    """A responder who was added says that they come; the page stays with whoever has it."""
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    if by in page.accepted:
        return Decision(page, Reply.ALREADY_YOURS)
    coming = replace(page, accepted=(*page.accepted, by), version=page.version + 1)
    fact = ResponderAccepted(at=now, by=by_user(by), page=page.id)
    return Decision(coming, facts=(fact,), spares=by)


def _not_coming(page: Page, by: UserId) -> Page:
    """Whoever said that they come takes it back."""
    if by not in page.accepted:
        return page
    others = tuple(user for user in page.accepted if user != by)
    return replace(page, accepted=others, version=page.version + 1)


def _by_hand(page: Page, people: tuple[Contact, ...], cause: Cause) -> tuple[Notify, ...]:
    """Whom somebody chose, each once."""
    chosen = {contact.user: contact for contact in reversed(people)}
    return tuple(
        Notify(page.step, page.level, cause, user=c.user, via=c.via, until=c.until)
        for c in reversed(chosen.values())
    )


def _others_who_must(page: Page, by: UserId) -> tuple[UserId, ...]:
    """Where all of a level must acknowledge and `by` is one of them: those who have not yet."""
    level = page.present_level
    if level is None or level.ack is not AckBy.ALL or by not in page.paged:
        return ()
    return tuple(user for user in page.paged if user != by and user not in page.agreed)


def _agree(page: Page, by: UserId, missing: tuple[UserId, ...], now: datetime) -> Decision:
    if by in page.agreed:
        return Decision(page, Reply.OTHERS_MUST_TOO)
    agreed = replace(
        page,
        agreed=(*page.agreed, by),
        declined=tuple(user for user in page.declined if user != by),
        version=page.version + 1,
    )
    if not _still_asked(agreed):  # the others cannot any more: the next level is due at once
        agreed = replace(agreed, due_at=now)
    fact = PageAgreed(at=now, by=by_user(by), page=page.id, missing=missing)
    return Decision(agreed, Reply.OTHERS_MUST_TOO, (fact,), spares=by)


def _still_asked(page: Page) -> frozenset[UserId]:
    """Whom the step paged and who can still answer."""
    return frozenset(page.paged) - {*page.declined, *page.failed, *page.agreed}


def _only_urgency(page: Page, now: datetime) -> bool:
    """Whether the urgency changes, and the time of the present step is not over."""
    if page.urgent_at is None or page.urgent_at > now or not page.level or page.step_at is None:
        return False
    place = Place(page.level, page.round, page.leg, page.last_resort)
    return next_due(replace(page, urgent_at=None), page.step_at, place) > now


def _level_again(page: Page, now: datetime) -> Page:
    """So that the next step is the level that was paged last."""
    return replace(page, level=page.level if page.last_resort else max(page.level - 1, 0), due_at=now)


def _expire(page: Page, roster: Roster, now: datetime, active_at: datetime | None) -> Decision:
    """An acknowledgment without work: the level is paged again, and whoever had it."""
    expires, since = page.present_policy.ack_expires, page.acknowledged_at or now
    if expires is None:
        return Decision(replace(page, due_at=None))
    since = max(since, active_at or since)
    if since + expires > now:
        return Decision(replace(page, due_at=since + expires))
    holder = page.acknowledged_by
    fact = AcknowledgmentExpired(
        at=now,
        by=TOCSIN,
        page=page.id,
        holder=holder,
        idle_minutes=int((now - since) / timedelta(minutes=1)),
    )
    running = _fenced(_level_again(_freed(page), now))
    decision = with_also(
        take_step(running, roster, now, Cause.IDLE, by=TOCSIN), Contact(holder, "") if holder else None
    )
    return replace(decision, facts=(fact, *decision.facts), cancels=True)


def _freed(page: Page) -> Page:
    """Nobody has it and it does not sleep; its caller gives it the next step."""
    return replace(
        page,
        state=PageState.TRIGGERED,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None,
    )


def _wake(page: Page, roster: Roster, now: datetime) -> Decision:
    """A snooze ended: the level that was paged last is paged again."""
    fact = SnoozeEnded(at=now, by=TOCSIN, page=page.id, late_ms=late_ms(page, now))
    awake = _fenced(_level_again(_freed(page), now))
    decision = take_step(awake, roster, now, Cause.SNOOZE_ENDED, by=TOCSIN)
    return replace(decision, facts=(fact, *decision.facts), cancels=True)


def _late(page: Page, by: UserId, now: datetime, reply: Reply) -> Decision:
    holder = page.acknowledged_by if page.acknowledged_by != by else None
    return Decision(page, reply, (AcknowledgedLate(at=now, by=by_user(by), page=page.id, holder=holder),))


def _fenced(page: Page) -> Page:
    return replace(page, generation=page.generation + 1, version=page.version + 1)


def _held(page: Page, by: UserId, now: datetime) -> Page:
    expires = page.present_policy.ack_expires
    return replace(
        _fenced(page),
        state=PageState.ACKNOWLEDGED,
        due_at=now + expires if expires else None,
        snoozed_until=None,
        acknowledged_by=by,
        acknowledged_at=now,
    )
