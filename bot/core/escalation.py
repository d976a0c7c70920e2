"""What a page does next: the promise of PRODUCT §3 as pure functions.

Each function takes the page as it is, what a person or the clock did, and `now`; it answers a `Decision` with the page
as it becomes, the facts, and who is to be notified. None of them can leave a triggered page without a next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.facts import (
    AcknowledgedLate,
    Fact,
    LevelPaged,
    LevelSkipped,
    NobodyReached,
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
from bot.core.ids import TOCSIN, Actor, ScheduleId, SeverityId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.policy import Target, TargetKind

RETRY_WHEN_NOBODY = timedelta(minutes=5)
"""A whole pass that reached nobody is tried again after this long (PRODUCT §3): no hot loop."""


class Cause(StrEnum):
    """Why a step is taken."""

    STARTED = "started"
    TIMEOUT = "timeout"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    ESCALATED = "escalated"
    SNOOZE_ENDED = "snooze_ended"


@dataclass(frozen=True)
class Contact:
    """Somebody whom a target leads to, and by which way."""

    user: UserId
    via: str
    """The schedule's or team's name; empty when the policy names the person."""
    until: datetime | None = None
    """When their shift ends."""


@dataclass(frozen=True)
class Reached:
    """Whom a target leads to now; nobody has a `reason`, and a schedule to tell the owner of."""

    people: tuple[Contact, ...] = ()
    channel: str | None = None
    reason: str = ""
    schedule: ScheduleId | None = None


Roster = Mapping[Target, Reached]
"""Every target of the page's policy, resolved at `now`."""


@dataclass(frozen=True)
class Notify:
    """One person or channel that this step pages. `why` is shown to them."""

    step: int
    level: int
    cause: Cause
    user: UserId | None = None
    channel: str | None = None
    via: str = ""
    until: datetime | None = None


class Notice(StrEnum):
    """What the owners and admins must hear."""

    EMPTY_SCHEDULE = "empty_schedule"
    NOBODY_REACHED = "nobody_reached"


@dataclass(frozen=True)
class Tell:
    notice: Notice
    schedule: ScheduleId | None = None
    reason: str = ""


class Reply(StrEnum):
    """What the person who acted is told."""

    DONE = "done"
    ALREADY_YOURS = "already_yours"
    HELD_BY_OTHER = "held_by_other"
    OVER = "over"
    NOT_DUE = "not_due"
    NEXT_PAGED = "next_paged"


@dataclass(frozen=True)
class Decision:
    page: Page
    reply: Reply = Reply.DONE
    facts: tuple[Fact, ...] = ()
    notify: tuple[Notify, ...] = ()
    tell: tuple[Tell, ...] = ()
    cancels: bool = False
    """Whether notifications of the former generation that have not left are withdrawn."""


@dataclass(frozen=True)
class _Place:
    level: int
    round: int
    last_resort: bool = False


@dataclass
class _Draft:
    """What one step collects on its way through empty levels."""

    facts: list[Fact] = field(default_factory=list)
    tell: list[Tell] = field(default_factory=list)


def start(page: Page, roster: Roster, now: datetime) -> Decision:
    """The first step of a new page; its caller records `PageStarted`."""
    return _step(page, roster, now, Cause.STARTED, by=TOCSIN)


def on_due(page: Page, roster: Roster, now: datetime) -> Decision:
    """Time came: the next level, the end of a snooze, or nothing when it is not due (any more)."""
    if page.due_at is None or page.due_at > now:
        return Decision(page, Reply.NOT_DUE)
    if page.state is PageState.SNOOZED:
        return _wake(page, roster, now)
    if page.state is not PageState.TRIGGERED:
        return Decision(page, Reply.NOT_DUE)
    return _step(page, roster, now, Cause.TIMEOUT, by=TOCSIN)


def acknowledge(page: Page, by: UserId, now: datetime) -> Decision:
    """Stop the escalation because somebody took it. Twice, late and after resolve are facts, not errors."""
    if page.state is PageState.RESOLVED:
        return _late(page, by, now, Reply.OVER)
    if page.state is PageState.ACKNOWLEDGED:
        reply = Reply.ALREADY_YOURS if page.acknowledged_by == by else Reply.HELD_BY_OTHER
        return _late(page, by, now, reply)
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
    """ "Can't take it": when all whom the step paged said so or cannot be reached, the next level is paged now."""
    fact = PageDeclined(at=now, by=by_user(by), page=page.id)
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER, (fact,))
    if page.state is PageState.ACKNOWLEDGED and page.acknowledged_by != by:
        return Decision(page, Reply.HELD_BY_OTHER, (fact,))
    if page.state is not PageState.TRIGGERED:
        freed = replace(page, state=PageState.TRIGGERED, acknowledged_by=None, acknowledged_at=None)
        decision = _step(_fenced(freed), roster, now, Cause.DECLINED, by=by_user(by))
        return replace(decision, reply=Reply.NEXT_PAGED, facts=(fact, *decision.facts), cancels=True)
    if by not in page.paged or by in page.declined:
        return Decision(page, Reply.DONE, (fact,))
    page = replace(page, declined=(*page.declined, by), version=page.version + 1)
    if set(page.paged) - set(page.declined) - set(page.failed):
        return Decision(page, Reply.DONE, (fact,))
    decision = _step(replace(page, reached=True), roster, now, Cause.DECLINED, by=by_user(by))
    return replace(decision, reply=Reply.NEXT_PAGED, facts=(fact, *decision.facts))


def unreachable(
    page: Page, user: UserId, generation: int, step: int, roster: Roster, now: datetime
) -> Decision:
    """Nothing can reach `user` for good; when that is everybody of the step, the next level is paged now."""
    current = page.state is PageState.TRIGGERED and (page.generation, page.step) == (generation, step)
    if not current or user not in page.paged or user in page.failed:
        return Decision(page, Reply.NOT_DUE)
    page = replace(page, failed=(*page.failed, user), version=page.version + 1)
    if set(page.paged) - set(page.failed) - set(page.declined):
        return Decision(page)
    return _step(page, roster, now, Cause.UNREACHABLE, by=TOCSIN)


def escalate(page: Page, by: Actor, roster: Roster, now: datetime) -> Decision:
    """Somebody moves it on by hand: the next level is paged now, also when it was acknowledged or snoozed."""
    if page.state is PageState.RESOLVED:
        return Decision(page, Reply.OVER)
    fact = PageEscalated(at=now, by=by, page=page.id)
    running = replace(
        page,
        state=PageState.TRIGGERED,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None,
        reached=True,
    )
    decision = _step(_fenced(running), roster, now, Cause.ESCALATED, by=by)
    return replace(decision, reply=Reply.NEXT_PAGED, facts=(fact, *decision.facts), cancels=True)


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
    waits = page.state is PageState.TRIGGERED and not page.last_resort and page.level > 0 and page.paged
    if waits and due_at is not None and page.step_at is not None:
        stricter = page.step_at + page.policy.timeout(page.level, severity)
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
    notify = tuple(
        Notify(more.step, more.level, Cause.ESCALATED, user=c.user, via=c.via, until=c.until) for c in people
    )
    return Decision(more, facts=(fact,), notify=notify)


def next_level(page: Page) -> tuple[int, bool]:
    """The level (1-based) that is paged when the present step's time is over, and whether it is the last resort."""
    place = _after(page)
    return place.level, place.last_resort


def _late(page: Page, by: UserId, now: datetime, reply: Reply) -> Decision:
    holder = page.acknowledged_by if page.acknowledged_by != by else None
    return Decision(page, reply, (AcknowledgedLate(at=now, by=by_user(by), page=page.id, holder=holder),))


def _fenced(page: Page) -> Page:
    return replace(page, generation=page.generation + 1, version=page.version + 1)


def _held(page: Page, by: UserId, now: datetime) -> Page:
    return replace(
        _fenced(page),
        state=PageState.ACKNOWLEDGED,
        due_at=None,
        snoozed_until=None,
        acknowledged_by=by,
        acknowledged_at=now,
    )


def _wake(page: Page, roster: Roster, now: datetime) -> Decision:
    """A snooze ended: the level that was paged last is paged again."""
    fact = SnoozeEnded(at=now, by=TOCSIN, page=page.id, late_ms=_late_ms(page, now))
    awake = replace(
        _fenced(page),
        state=PageState.TRIGGERED,
        snoozed_until=None,
        acknowledged_by=None,
        acknowledged_at=None,
        level=max(page.level - 1, 0) if not page.last_resort else page.level,
        due_at=now,
    )
    decision = _step(awake, roster, now, Cause.SNOOZE_ENDED, by=TOCSIN)
    return replace(decision, facts=(fact, *decision.facts), cancels=True)


def _late_ms(page: Page, now: datetime) -> int:
    return max(0, int((now - page.due_at).total_seconds() * 1000)) if page.due_at else 0


def _after(page: Page) -> _Place:
    levels = len(page.policy.levels)
    if page.last_resort:
        return _Place(page.policy.last_resort.level, page.round, True)
    if page.level < levels:
        return _Place(page.level + 1, page.round)
    if page.round <= page.policy.repeat:
        return _Place(1, page.round + 1)
    return _Place(page.policy.last_resort.level, page.round, True)


def _step(page: Page, roster: Roster, now: datetime, cause: Cause, by: Actor) -> Decision:
    """Move to the next level that leads to somebody, skipping the empty ones at once."""
    draft = _Draft()
    reached = page.reached or (
        cause in (Cause.TIMEOUT, Cause.DECLINED) and bool(set(page.paged) - set(page.failed))
    )
    late_ms = _late_ms(page, now) if cause is Cause.TIMEOUT else 0
    came_from = page
    for place in _places(page):
        new_pass = (place.round, place.last_resort) != (came_from.round, came_from.last_resort)
        ends_unreached = cause is Cause.UNREACHABLE and not reached and (new_pass or came_from.last_resort)
        if ends_unreached:
            break
        notify = _level_targets(page, place, roster, cause, draft, now)
        if notify:
            if new_pass:
                reached = False
            return _paged(page, place, notify, reached, now, cause, by, late_ms, draft)
        came_from = replace(came_from, level=place.level, round=place.round, last_resort=place.last_resort)
    return _nobody(page, now, draft)


def _places(page: Page) -> Iterator[_Place]:
    """Where the run goes from here until every level has been looked at once; the last resort looks at all."""
    levels = len(page.policy.levels)
    cursor = page
    for _ in range(levels):
        place = _after(cursor)
        yield place
        if place.last_resort:
            others = (n for n in range(levels, 0, -1) if n != place.level)
            yield from (_Place(n, place.round, True) for n in others)
            return
        cursor = replace(cursor, level=place.level, round=place.round)


def _level_targets(
    page: Page, place: _Place, roster: Roster, cause: Cause, draft: _Draft, now: datetime
) -> tuple[Notify, ...]:
    """Whom a level pages, each once; an empty one is written down and its schedules' owners are told."""
    found: dict[str, Notify] = {}
    reasons: list[str] = []
    for target in page.policy.levels[place.level - 1].targets:
        reached = roster.get(
            target, Reached(reason=f"{target.kind.value} {target.id} is not configured any more")
        )
        if target.kind is TargetKind.CHANNEL and reached.channel:
            found.setdefault(
                reached.channel, Notify(page.step + 1, place.level, cause, channel=reached.channel)
            )
        for contact in reached.people:
            notify = Notify(
                page.step + 1, place.level, cause, user=contact.user, via=contact.via, until=contact.until
            )
            found.setdefault(contact.user, notify)
        if not reached.people and not reached.channel:
            reasons.append(reached.reason)
            if reached.schedule:
                draft.tell.append(Tell(Notice.EMPTY_SCHEDULE, reached.schedule, reached.reason))
    if not found:
        draft.facts.append(
            LevelSkipped(
                at=now, by=TOCSIN, page=page.id, level=place.level, round=place.round, reasons=tuple(reasons)
            )
        )
    return tuple(found.values())


def _paged(
    page: Page,
    place: _Place,
    notify: tuple[Notify, ...],
    reached: bool,
    now: datetime,
    cause: Cause,
    by: Actor,
    late_ms: int,
    draft: _Draft,
) -> Decision:
    wait = (
        page.policy.last_resort.every
        if place.last_resort
        else page.policy.timeout(place.level, page.severity)
    )
    users = tuple(n.user for n in notify if n.user is not None)
    stepped = replace(
        page,
        step=page.step + 1,
        level=place.level,
        round=place.round,
        last_resort=place.last_resort,
        step_at=now,
        due_at=now + wait,
        paged=users,
        declined=(),
        failed=(),
        reached=reached or not users,
        ever_paged=tuple(dict.fromkeys((*page.ever_paged, *users))),
        version=page.version + 1,
    )
    fact = LevelPaged(
        at=now,
        by=by,
        page=page.id,
        step=stepped.step,
        level=place.level,
        round=place.round,
        people=tuple(n.user or n.channel or "" for n in notify),
        cause=cause,
        late_ms=late_ms,
        due_at=now + wait,
        last_resort=place.last_resort,
    )
    return Decision(stepped, facts=(*draft.facts, fact), notify=notify, tell=tuple(draft.tell))


def _nobody(page: Page, now: datetime, draft: _Draft) -> Decision:
    """A whole pass reached nobody: say so, begin again from the first level in five minutes."""
    due_at = now + RETRY_WHEN_NOBODY
    waiting = replace(
        page,
        step=page.step + 1,
        level=0,
        last_resort=False,
        step_at=now,
        due_at=due_at,
        paged=(),
        declined=(),
        failed=(),
        reached=False,
        version=page.version + 1,
    )
    fact = NobodyReached(at=now, by=TOCSIN, page=page.id, due_at=due_at)
    tell = (*draft.tell, Tell(Notice.NOBODY_REACHED))
    return Decision(waiting, facts=(*draft.facts, fact), tell=tell)
