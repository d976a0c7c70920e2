"""Who would be reached, how and when, if nobody answered: the code that runs in earnest, run ahead of time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from bot.core import conditions, escalation, roster
from bot.core.catalogue import Catalogue
from bot.core.contact import ContactMethod, MethodKind, Urgency
from bot.core.decision import Cause, Decision, Notify, Reached, Roster
from bot.core.facts import LevelPaged, LevelSkipped
from bot.core.frozen import dataclass
from bot.core.ids import PageId, PolicyId, ServiceId, SeverityId, UserId
from bot.core.page import Page, PageState
from bot.core.policy import Policy, Target
from bot.core.quiet_hours import Quiet
from bot.core.reaching import Plan, Wishes, plan, slack_dm
from bot.core.schedule import AllChanges
from bot.core.urgency import urgency_of

MOST_STEPS = 500
"""Far more than twenty levels that run ten times."""
LAST_RESORTS_SHOWN = 2
"""It goes on like this until somebody acknowledges."""


@dataclass(frozen=True)
class World:
    """What is known of the company, and taken to stay so."""

    catalogue: Catalogue
    changes: AllChanges
    methods: Mapping[UserId, Sequence[ContactMethod]] = field(default_factory=dict)
    """Beside Slack."""
    wishes: Mapping[tuple[UserId, Urgency], Wishes] = field(default_factory=dict)
    quiets: Mapping[UserId, Quiet] = field(default_factory=dict)
    held: Mapping[UserId, int] = field(default_factory=dict)
    turns: Mapping[tuple[PolicyId, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    """One method of one person at an instant; `reason` says why just then, where that is not plain."""

    at: datetime
    kind: MethodKind
    ending: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Called:
    """Whom a step pages; a channel or webhook has no attempts of its own."""

    name: str
    user: UserId | None
    via: str = ""
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A level that pages nobody, and why."""

    level: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What is recorded at `at`; without `called` a whole pass leads to nobody, or the page waits."""

    at: datetime
    level: int
    round: int
    policy: str
    last_resort: bool
    cause: Cause | None
    called: tuple[Called, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class Simulated:
    """The steps in order; `acknowledged_at` ends them when somebody was to acknowledge, else they go on for ever."""

    policy: str
    service: str
    severity: SeverityId | None
    urgency: Urgency
    started_at: datetime
    steps: tuple[Step, ...]
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""


def simulate(
    world: World,
    policy: Policy,
    now: datetime,
    *,
    service: ServiceId | None = None,
    severity: SeverityId | None = None,
    acknowledged_at_level: int | None = None,
) -> Simulated:
    """A page that begins `now` and that nobody answers, or whose given level acknowledges as soon as it is paged.

    `policy` is one as a page runs it. It ends with the second time of the last resort, or of reaching nobody.
    """
    run = _Run(world, service, policy)
    urgency, urgent_at = urgency_of(world.catalogue.services.get(service) if service else None, now)
    fresh = Page(
        id=PageId(0),
        service=service,
        policy=policy,
        title="",
        severity=severity,
        state=PageState.TRIGGERED,
        started_at=now,
        due_at=now,
        urgency=urgency,
        urgent_at=urgent_at,
    )
    decision = escalation.start(fresh, run.roster(fresh, now), now)
    steps = [run.step(decision, now)]
    repeated = 0
    while repeated < LAST_RESORTS_SHOWN and len(steps) < MOST_STEPS:
        if (
            acknowledged_at_level is not None
            and steps[-1].called
            and steps[-1].level >= acknowledged_at_level
        ):
            return run.told(fresh, steps, by=steps[-1])
        at = decision.page.due_at
        if at is None:
            break
        decision = escalation.on_due(decision.page, run.roster(decision.page, at), at)
        steps.append(run.step(decision, at))
        repeated += steps[-1].last_resort or not (steps[-1].called or decision.page.waits)
    return run.told(fresh, steps)


class _Run:
    """One simulation: what it looked up, and whose turns it took."""

    def __init__(self, world: World, service: ServiceId | None, policy: Policy) -> None:
        self._world = world
        self._service = service
        self._policy = policy
        self._turns = dict(world.turns)
        self._wants = roster.wants(policy)
        self._names = {p.user_id: p.name for p in world.catalogue.people.values() if p.user_id}

    def roster(self, page: Page, at: datetime) -> Roster:
        catalogue = self._world.catalogue
        return Roster(
            self._targets(at),
            managers=roster.managers(catalogue, page.ever_paged) if self._wants.managers else {},
            asked=conditions.facts_of(
                catalogue,
                service=page.service,
                severity=page.severity,
                urgency=page.urgency,
                title=page.title,
                alert=None,
                now=at,
            )
            if self._wants.conditions
            else {},
            held=self._world.held,
            turns=self._turns,
        )

    def _targets(self, at: datetime) -> Mapping[Target, Reached]:
        return roster.AsNeeded(self._policy, self._world.catalogue, self._world.changes, at)

    def step(self, decision: Decision, at: datetime) -> Step:
        self._turns |= decision.turns
        page = decision.page
        paged = next((fact for fact in decision.facts if isinstance(fact, LevelPaged)), None)
        skipped = tuple(
            Skipped(fact.level, fact.reasons) for fact in decision.facts if isinstance(fact, LevelSkipped)
        )
        return Step(
            at,
            page.level,
            page.round,
            (paged.policy if paged else "") or page.present_policy.name,
            page.last_resort,
            Cause(paged.cause) if paged else None,
            tuple(self._called(notify, page.urgency, at) for notify in decision.notify),
            skipped,
        )

    def _called(self, notify: Notify, urgency: Urgency, at: datetime) -> Called:
        if notify.user is None:
            return Called(notify.channel or f"webhook {notify.webhook}", None)
        tries = tuple(
            Attempt(at + one.after, one.method.kind, one.method.ending, one.reason)
            for one in self._plan(notify.user, urgency, at).attempts
        )
        return Called(self._names.get(notify.user, notify.user), notify.user, notify.via, tries)

    def _plan(self, user: UserId, urgency: Urgency, at: datetime) -> Plan:
        world = self._world
        methods = (slack_dm(user, at), *world.methods.get(user, ()))
        wishes = world.wishes.get((user, urgency), Wishes())
        return plan(methods, wishes, urgency, world.quiets.get(user), at)

    def told(self, page: Page, steps: Sequence[Step], by: Step | None = None) -> Simulated:
        """Without what an acknowledgment stops."""
        ends = by.at if by else None
        kept = tuple(_until(step, ends) for step in steps) if ends else tuple(steps)
        service = self._world.catalogue.services.get(self._service) if self._service else None
        return Simulated(
            self._policy.name,
            service.name if service else self._service or "",
            page.severity,
            page.urgency,
            page.started_at,
            kept,
            ends,
            by.called[0].name if by else "",
        )


def _until(step: Step, ends: datetime) -> Step:
    called = tuple(
        replace(one, attempts=tuple(attempt for attempt in one.attempts if attempt.at <= ends))
        for one in step.called
    )
    return replace(step, called=called)
