"""Whatever people, clocks and schedules do: an unacknowledged page has a next step, and no step is taken twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core import escalation
from bot.core.decision import Contact, Decision, Reached, Roster
from bot.core.ids import PageId, PolicyId, ScheduleId, SeverityId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
PEOPLE = [UserId(f"U{name}") for name in ("ANA", "BOB", "CAROL", "DAVE")]
people = st.sampled_from(PEOPLE)
targets = [Target(TargetKind.SCHEDULE, f"schedule-{n}") for n in range(4)]
LONGEST_WAIT = timedelta(hours=24)

policies = st.builds(
    lambda levels, minutes, repeat, every: Policy(
        id=PolicyId("policy"),
        name="policy",
        levels=tuple(
            Level(tuple(level), timedelta(minutes=m)) for level, m in zip(levels, minutes, strict=False)
        ),
        last_resort=LastResort(level=len(levels), every=timedelta(minutes=every)),
        repeat=repeat,
    ),
    st.lists(st.lists(st.sampled_from(targets), min_size=1, max_size=3, unique=True), min_size=1, max_size=4),
    st.lists(st.integers(1, 60), min_size=4, max_size=4),
    st.integers(0, 3),
    st.integers(1, 30),
)
rosters = st.fixed_dictionaries({target: st.lists(people, max_size=3, unique=True) for target in targets})


def as_roster(who: dict[Target, list[UserId]]) -> Roster:
    return Roster(
        {
            target: Reached(tuple(Contact(user, target.id) for user in users), schedule=ScheduleId(target.id))
            for target, users in who.items()
        }
    )


class Promise(RuleBasedStateMachine):
    """One page and everything that can happen to it."""

    page: Page
    roster: Roster

    @initialize(policy=policies, who=rosters, severity=st.sampled_from(["SEV1", "SEV2", "SEV3", None]))
    def begin(self, policy: Policy, who: dict[Target, list[UserId]], severity: str | None) -> None:
        self.now = NOW
        self.steps: set[tuple[int, int]] = set()
        self.roster = as_roster(who)
        fresh = Page(
            id=PageId(1),
            service=None,
            policy=policy,
            title="x",
            severity=SeverityId(severity) if severity else None,
            state=PageState.TRIGGERED,
            started_at=NOW,
            due_at=NOW,
        )
        self.take(fresh, escalation.start(fresh, self.roster, NOW))

    def take(self, before: Page, decision: Decision) -> None:
        after = decision.page
        if decision.notify:
            step = (after.generation, decision.notify[0].step)
            assert step not in self.steps, "a step was taken twice"
            self.steps.add(step)
            assert len({(n.user, n.channel) for n in decision.notify}) == len(decision.notify)
            assert after.state is not PageState.RESOLVED
        if after != before:
            assert after.version > before.version
        assert after.generation >= before.generation
        if decision.cancels:
            assert after.generation > before.generation
        self.page = after

    @rule(minutes=st.integers(0, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_engine_looks(self) -> None:
        due = self.page.due_at
        decision = escalation.on_due(self.page, self.roster, self.now)
        if due is None or due > self.now:
            assert not decision.notify and not decision.facts
        elif self.page.state in (PageState.TRIGGERED, PageState.SNOOZED):
            assert decision.page.due_at is not None and decision.page.due_at > self.now
        self.take(self.page, decision)

    @rule(by=people)
    def acknowledge(self, by: UserId) -> None:
        decision = escalation.acknowledge(self.page, by, self.now)
        assert not decision.notify
        self.take(self.page, decision)

    @rule(by=people)
    def take_over(self, by: UserId) -> None:
        self.take(self.page, escalation.take_over(self.page, by, self.now))

    @rule(by=people)
    def decline(self, by: UserId) -> None:
        self.take(self.page, escalation.decline(self.page, by, self.roster, self.now))

    @rule(by=people)
    def escalate(self, by: UserId) -> None:
        self.take(self.page, escalation.escalate(self.page, by_user(by), self.roster, self.now))

    @rule(by=people, minutes=st.integers(1, 240))
    def snooze(self, by: UserId, minutes: int) -> None:
        self.take(self.page, escalation.snooze(self.page, by, timedelta(minutes=minutes), self.now))

    @rule(user=people)
    def nothing_reaches(self, user: UserId) -> None:
        self.take(
            self.page,
            escalation.unreachable(
                self.page, user, self.page.generation, self.page.step, self.roster, self.now
            ),
        )

    @rule(severity=st.sampled_from(["SEV1", "SEV2", "SEV4"]))
    def severity_changes(self, severity: str) -> None:
        due = self.page.due_at
        decision = escalation.change_severity(self.page, SeverityId(severity), by_user(PEOPLE[0]), self.now)
        if due is not None:
            assert decision.page.due_at is not None and decision.page.due_at <= due
        self.take(self.page, decision)

    @rule(user=people)
    def add_a_responder(self, user: UserId) -> None:
        contact = (Contact(user, ""),)
        self.take(self.page, escalation.add_responders(self.page, contact, by_user(user), self.now))

    @rule(who=rosters)
    def schedules_change(self, who: dict[Target, list[UserId]]) -> None:
        self.roster = as_roster(who)

    @precondition(lambda self: self.page.step > 3)
    @rule(by=people)
    def resolve(self, by: UserId) -> None:
        self.take(self.page, escalation.resolve(self.page, by_user(by), self.now))

    @invariant()
    def an_unacknowledged_page_has_a_next_step_and_a_time_for_it(self) -> None:
        if not hasattr(self, "page"):
            return
        waits = self.page.state in (PageState.TRIGGERED, PageState.SNOOZED)
        assert (self.page.due_at is not None) == waits
        if self.page.due_at is not None:
            assert self.page.due_at - self.now <= LONGEST_WAIT


TestPromise = Promise.TestCase
TestPromise.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
