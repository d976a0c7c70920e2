"""Whatever people, clocks and schedules do: an unacknowledged page has a next step, and no step is taken twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core import escalation
from bot.core.contact import Urgency
from bot.core.decision import Contact, Decision, Reached, Reply, Roster
from bot.core.ids import PageId, PolicyId, ScheduleId, SeverityId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.policy import AckBy, Assign, LastResort, Level, Policy, Target, TargetKind
from bot.core.running_policy import running

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
PEOPLE = [UserId(f"U{name}") for name in ("ANA", "BOB", "CAROL", "DAVE")]
people = st.sampled_from(PEOPLE)
SCHEDULES = [Target(TargetKind.SCHEDULE, f"schedule-{n}") for n in range(4)]
LONGEST_WAIT = timedelta(hours=24)
minutes = st.integers(1, 60).map(lambda n: timedelta(minutes=n))
CONDITIONS = ("severity == 'SEV1'", "urgency == 'high'", "held < 1", "payload.a / 0 > 1", "tags.no == 'x'")


def targets(others: list[str]) -> st.SearchStrategy[Target]:
    """Schedules, the manager, a channel and a webhook, and hand-offs to these policies."""
    handed = [Target(TargetKind.POLICY, other) for other in others]
    manager, channel = Target(TargetKind.MANAGER), Target(TargetKind.CHANNEL, "#payments")
    return st.sampled_from([*SCHEDULES, *SCHEDULES, manager, channel, *handed])


def levels(others: list[str]) -> st.SearchStrategy[tuple[Level, ...]]:
    level = st.builds(
        Level,
        st.lists(targets(others), min_size=1, max_size=3, unique=True).map(tuple),
        minutes,
        when=st.lists(st.sampled_from(CONDITIONS), max_size=1).map(tuple),
        assign=st.sampled_from(Assign),
        ack=st.sampled_from(AckBy),
    )
    return st.lists(level, min_size=1, max_size=4).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy as a page runs it: with hand-offs by levels and by last resorts to up to two others."""
    found: dict[PolicyId, Policy] = {}
    for name, others in (("third", []), ("second", ["third"]), ("first", ["second", "third"])):
        handed = draw(st.sampled_from([None, *others]))
        last = LastResort(policy=PolicyId(handed)) if handed else LastResort(1, draw(minutes))
        found[PolicyId(name)] = Policy(
            PolicyId(name),
            name,
            draw(levels(others)),
            last,
            repeat=draw(st.integers(0, 3)),
            delay=draw(st.sampled_from([timedelta(), timedelta(), timedelta(minutes=2)])),
            ack_expires=draw(st.sampled_from([None, timedelta(minutes=30)])),
        )
    return running(found[PolicyId("first")], found)


rosters = st.fixed_dictionaries({target: st.lists(people, max_size=3, unique=True) for target in SCHEDULES})


def as_roster(who: dict[Target, list[UserId]], turn: int = 0) -> Roster:
    found = {
        target: Reached(tuple(Contact(user, target.id) for user in users), schedule=ScheduleId(target.id))
        for target, users in who.items()
    }
    found[Target(TargetKind.CHANNEL, "#payments")] = Reached(channel="#payments")
    return Roster(
        found,
        managers={PEOPLE[0]: Reached((Contact(PEOPLE[3], "manager of ana"),))},
        asked={"tags": {}, "payload": {"a": 1}},
        held={PEOPLE[0]: 1},
        turns=defaultdict(lambda: turn),
    )


class Promise(RuleBasedStateMachine):
    """One page and everything that can happen to it."""

    page: Page
    roster: Roster

    @initialize(
        policy=policies(),
        who=rosters,
        severity=st.sampled_from(["SEV1", "SEV2", "SEV3", None]),
        urgent_after=st.sampled_from([None, 1, 25]),
    )
    def begin(
        self, policy: Policy, who: dict[Target, list[UserId]], severity: str | None, urgent_after: int | None
    ) -> None:
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
            urgency=Urgency.LOW if urgent_after else Urgency.HIGH,
            urgent_at=NOW + timedelta(minutes=urgent_after) if urgent_after else None,
        )
        self.take(fresh, escalation.start(fresh, self.roster, NOW))

    def take(self, before: Page, decision: Decision) -> None:
        after = decision.page
        if decision.notify:
            step = (after.generation, decision.notify[0].step)
            assert step not in self.steps, "a step was taken twice"
            self.steps.add(step)
            assert len({n.addressee for n in decision.notify}) == len(decision.notify)
            assert after.state is not PageState.RESOLVED
        if after != replace(before, due_at=after.due_at):
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
        else:
            assert decision.page.due_at is not None and decision.page.due_at > self.now
        self.take(self.page, decision)

    @rule(by=people)
    def acknowledge(self, by: UserId) -> None:
        before = self.page
        decision = escalation.acknowledge(before, by, self.now)
        assert not decision.notify
        if decision.reply is Reply.OTHERS_MUST_TOO:
            assert before.present_level is not None and before.present_level.ack is AckBy.ALL
        elif before.state is PageState.TRIGGERED:
            assert decision.page.state is PageState.ACKNOWLEDGED and decision.cancels
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

    @rule(by=people, level=st.integers(1, 9))
    def escalate_to(self, by: UserId, level: int) -> None:
        self.take(self.page, escalation.escalate(self.page, by_user(by), self.roster, self.now, level))

    @rule(by=people, to=people)
    def reassign(self, by: UserId, to: UserId) -> None:
        decision = escalation.reassign(self.page, (Contact(to, ""),), by_user(by), self.now)
        if self.page.is_open:
            assert [one.user for one in decision.notify] == [to]
        self.take(self.page, decision)

    @rule(by=people)
    def accept(self, by: UserId) -> None:
        self.take(self.page, escalation.accept(self.page, by, self.now))

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

    @rule(who=rosters, turn=st.integers(0, 5))
    def schedules_change(self, who: dict[Target, list[UserId]], turn: int) -> None:
        self.roster = as_roster(who, turn)

    @precondition(lambda self: self.page.step > 3)
    @rule(by=people)
    def resolve(self, by: UserId) -> None:
        self.take(self.page, escalation.resolve(self.page, by_user(by), self.now))

    @invariant()
    def an_unacknowledged_page_has_a_next_step_and_a_time_for_it(self) -> None:
        if not hasattr(self, "page"):
            return
        waits = self.page.state in (PageState.TRIGGERED, PageState.SNOOZED)
        expires = self.page.state is PageState.ACKNOWLEDGED and self.page.present_policy.ack_expires
        assert (self.page.due_at is not None) == bool(waits or expires)
        if self.page.due_at is not None:
            assert self.page.due_at - self.now <= LONGEST_WAIT


TestPromise = Promise.TestCase
TestPromise.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
