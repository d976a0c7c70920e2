"""The next step of a page: which level it goes to, whom of that level it pages, and what is written of it.

`take_step` cannot leave a triggered page without a next step and a time for it: where a whole pass leads to nobody, it
is tried again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from datetime import datetime, timedelta

from bot.core import conditions
from bot.core.contact import Urgency
from bot.core.decision import Cause, Contact, Decision, Notice, Notify, Reached, Roster, Tell
from bot.core.facts import Fact, LevelPaged, LevelSkipped, NobodyReached
from bot.core.frozen import dataclass
from bot.core.ids import TOCSIN, Actor, PolicyId
from bot.core.page import Page
from bot.core.page_facts import ConditionBroken, UrgencyRaised
from bot.core.policy import Assign, Level, Target, TargetKind

RETRY_WHEN_NOBODY = timedelta(minutes=5)
"""A whole pass that reached nobody is tried again after this long (PRODUCT §3): no hot loop."""


@dataclass(frozen=True)
class Place:
    """Somewhere in a run: a level (1-based) of a pass through the policy of a leg."""

    level: int
    round: int
    leg: int = 0
    last_resort: bool = False


@dataclass
class _Step:
    """Why, when and by whom a step is taken, and what it collects on its way through levels that page nobody."""

    cause: Cause
    by: Actor
    now: datetime
    late_ms: int = 0
    facts: list[Fact] = field(default_factory=list)
    tell: list[Tell] = field(default_factory=list)
    turns: dict[tuple[PolicyId, int], int] = field(default_factory=dict)


def take_step(page: Page, roster: Roster, now: datetime, cause: Cause, by: Actor) -> Decision:
    """Move to the next level that leads to somebody, passing by those that lead to nobody at once."""
    taken = _Step(cause, by, now, late_ms(page, now) if cause in (Cause.STARTED, Cause.TIMEOUT) else 0)
    page = _urgent(page, taken)
    reached = page.reached or (
        cause in (Cause.TIMEOUT, Cause.DECLINED) and bool(set(page.paged) - set(page.failed))
    )
    came_from: Page | Place = page
    for place in _places(page):
        new_leg = place.leg != came_from.leg
        new_pass = new_leg or place.round != came_from.round or place.last_resort != came_from.last_resort
        unreached = cause is Cause.UNREACHABLE and not reached and not new_leg
        if unreached and (new_pass or came_from.last_resort):
            continue  # the pass ends; only another policy could still help
        notify = _level_targets(page, place, roster, taken)
        if notify:
            return _paged(page, place, notify, reached and not new_pass, taken)
        came_from = place
    return _nobody(page, taken)


def next_place(page: Page) -> Place:
    """Where the run goes when the present step's time is over, if that level leads to somebody."""
    return _after(page)


def late_ms(page: Page, now: datetime) -> int:
    """How long after its time a step is taken, in milliseconds."""
    return max(0, int((now - page.due_at).total_seconds() * 1000)) if page.due_at else 0


def next_due(page: Page, now: datetime, place: Place) -> datetime:
    """When the step after a step at `place` is due: its time is over, or the urgency changes before."""
    policy = page.policy_of(place.leg)
    wait = policy.last_resort.every if place.last_resort else policy.timeout(place.level, page.severity)
    return min(now + wait, page.urgent_at) if page.urgent_at else now + wait


def _urgent(page: Page, taken: _Step) -> Page:
    if page.urgent_at is None or page.urgent_at > taken.now:
        return page
    taken.facts.append(UrgencyRaised(at=taken.now, by=TOCSIN, page=page.id))
    return replace(page, urgency=Urgency.HIGH, urgent_at=None)


def _after(page: Page) -> Place:
    policy, levels = page.present_policy, len(page.present_policy.levels)
    if page.last_resort:
        return Place(policy.last_resort.level, page.round, page.leg, True)
    if page.level < levels:
        return Place(page.level + 1, page.round, page.leg)
    if page.round <= policy.repeat:
        return Place(1, page.round + 1, page.leg)
    if page.leg < len(page.policy.then):
        return Place(1, 1, page.leg + 1)
    return Place(policy.last_resort.level, page.round, page.leg, True)


def _places(page: Page) -> Iterator[Place]:
    """Where the run goes from here, each level once; the last resort looks at all of its policy."""
    seen: set[tuple[int, int]] = set()
    cursor = page
    while True:
        place = _after(cursor)
        levels = [place.level]
        if place.last_resort:
            levels += [n for n in range(len(page.policy_of(place.leg).levels), 0, -1) if n != place.level]
        for level in levels:
            if (place.leg, level) not in seen:
                seen.add((place.leg, level))
                yield place if level == place.level else replace(place, level=level)
        if place.last_resort:
            return
        cursor = replace(cursor, level=place.level, round=place.round, leg=place.leg)


def _level_targets(page: Page, place: Place, roster: Roster, taken: _Step) -> tuple[Notify, ...]:
    """Whom a level pages, each once; an empty one is written down and its schedules' owners are told."""
    level = page.policy_of(place.leg).levels[place.level - 1]
    found: dict[str, Notify] = {}
    empty: list[Reached] = []
    for target in level.targets:
        for reached in _reached(page, target, roster):
            for notify in _notifications(page, place, reached, taken.cause):
                found.setdefault(notify.addressee, notify)
            if reached.is_empty:
                empty.append(reached)
    paged = tuple(found.values())
    if not _holds(page, place, level, paged, roster, taken):
        taken.facts.append(_skipped(page, place, taken, (f"only when {' and '.join(level.when)}",)))
        return ()
    taken.tell.extend(
        [Tell(Notice.EMPTY_SCHEDULE, one.schedule, one.reason) for one in empty if one.schedule]
    )
    if not paged:
        taken.facts.append(_skipped(page, place, taken, tuple(one.reason for one in empty)))
    return _in_turn(page, level, paged, roster, taken) if level.assign is Assign.ROUND_ROBIN else paged


def _skipped(page: Page, place: Place, taken: _Step, reasons: tuple[str, ...]) -> LevelSkipped:
    return LevelSkipped(
        at=taken.now, by=TOCSIN, page=page.id, level=place.level, round=place.round, reasons=reasons
    )


def _reached(page: Page, target: Target, roster: Roster) -> tuple[Reached, ...]:
    if target.kind is not TargetKind.MANAGER:
        known = roster.targets.get(target)
        return (known or Reached(reason=f"{target.kind.value} {target.id} is not configured any more"),)
    if not page.paged and not page.ever_paged:
        return (Reached(reason="nobody was paged before whose manager could be"),)
    before = page.paged or page.ever_paged[-1:]
    unknown = Reached(reason="whoever was paged before has no manager")
    return tuple(roster.managers.get(user, unknown) for user in before)


def _notifications(page: Page, place: Place, reached: Reached, cause: Cause) -> Iterator[Notify]:
    number, level = page.step + 1, place.level
    if reached.channel:
        yield Notify(number, level, cause, channel=reached.channel)
    if reached.webhook:
        yield Notify(number, level, cause, webhook=reached.webhook)
    for one in reached.people:
        yield Notify(number, level, cause, user=one.user, via=one.via, until=one.until)


def _holds(
    page: Page,
    place: Place,
    level: Level,
    notify: tuple[Notify, ...],
    roster: Roster,
    taken: _Step,
) -> bool:
    """Whether all conditions of the level hold for this page now."""
    if not level.when:
        return True
    held = min((roster.held.get(one.user, 0) for one in notify if one.user), default=0)
    asked = {**roster.asked, "severity": page.severity or "", "urgency": page.urgency.value, "held": held}
    verdicts = [conditions.judge(one, asked) for one in level.when]
    taken.facts.extend(
        ConditionBroken(at=taken.now, by=TOCSIN, page=page.id, level=place.level, problem=verdict.problem)
        for verdict in verdicts
        if verdict.problem
    )
    return all(verdict.holds for verdict in verdicts)


def _in_turn(
    page: Page, level: Level, notify: tuple[Notify, ...], roster: Roster, taken: _Step
) -> tuple[Notify, ...]:
    """Of the people the one whose turn it is; channels and webhooks always."""
    people = [one for one in notify if one.user]
    if len(people) < 2:
        return notify
    key = (level.origin or page.policy.id, level.place)
    turn = roster.turns.get(key, 0)
    taken.turns[key] = turn + 1
    return (people[turn % len(people)], *(one for one in notify if not one.user))


def _paged(page: Page, place: Place, notify: tuple[Notify, ...], reached: bool, taken: _Step) -> Decision:
    due_at = next_due(page, taken.now, place)
    users = tuple([n.user for n in notify if n.user is not None])
    stepped = page.but(
        step=page.step + 1,
        level=place.level,
        round=place.round,
        leg=place.leg,
        last_resort=place.last_resort,
        step_at=taken.now,
        due_at=due_at,
        paged=users,
        declined=(),
        failed=(),
        agreed=(),
        reached=reached or not users,
        ever_paged=tuple(dict.fromkeys((*page.ever_paged, *users))),
        version=page.version + 1,
    )
    policy = page.policy_of(place.leg)
    level = policy.levels[place.level - 1]
    fact = LevelPaged(
        at=taken.now,
        by=taken.by,
        page=page.id,
        step=stepped.step,
        level=place.level,
        round=place.round,
        people=tuple([n.addressee for n in notify]),
        cause=taken.cause,
        late_ms=taken.late_ms,
        due_at=due_at,
        last_resort=place.last_resort,
        policy=(level.origin or policy.id) if level.origin or place.leg else "",
    )
    return Decision(
        stepped, facts=(*taken.facts, fact), notify=notify, tell=tuple(taken.tell), turns=taken.turns
    )


def _nobody(page: Page, taken: _Step) -> Decision:
    """A whole pass reached nobody: say so, begin again from the first level in five minutes."""
    due_at = taken.now + RETRY_WHEN_NOBODY
    waiting = replace(
        page,
        step=page.step + 1,
        level=0,
        last_resort=False,
        step_at=taken.now,
        due_at=due_at,
        paged=(),
        declined=(),
        failed=(),
        agreed=(),
        reached=False,
        version=page.version + 1,
    )
    fact = NobodyReached(at=taken.now, by=TOCSIN, page=page.id, due_at=due_at)
    tell = (*taken.tell, Tell(Notice.NOBODY_REACHED))
    return Decision(waiting, facts=(*taken.facts, fact), tell=tell)


def with_also(decision: Decision, also: Contact | None) -> Decision:
    """The same step pages one more person, unless it does already."""
    page = decision.page
    if also is None or also.user in page.paged or not decision.notify:
        return decision
    first = decision.notify[0]
    more = replace(first, user=also.user, channel=None, webhook=None, via=also.via, until=also.until)
    users = (*page.paged, also.user)
    ever = tuple(dict.fromkeys((*page.ever_paged, also.user)))
    facts = tuple(
        replace(fact, people=(*fact.people, also.user)) if isinstance(fact, LevelPaged) else fact
        for fact in decision.facts
    )
    return replace(
        decision,
        page=replace(page, paged=users, ever_paged=ever),
        notify=(*decision.notify, more),
        facts=facts,
    )
