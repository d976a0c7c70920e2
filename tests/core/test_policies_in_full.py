"""What a policy can say beside levels and times: conditions, turns, hand-overs, waiting, expiry, all of a level."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.core import escalation
from bot.core.catalogue import Service, ServiceUrgency, SupportHours
from bot.core.contact import Urgency
from bot.core.decision import Cause, Contact, Decision, Reached, Reply, Roster
from bot.core.ids import PageId, PolicyId, ServiceId, SeverityId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.policy import AckBy, Assign, LastResort, Level, Policy, Target, TargetKind
from bot.core.running_policy import cycle, level_count, running
from bot.core.schedule import TimeOfDay, Weekday
from bot.core.urgency import urgency_of

NOW = datetime(2026, 11, 21, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA, BOB, CAROL, FRANK = (UserId(f"U{name}") for name in ("ANA", "BOB", "CAROL", "FRANK"))
TEAM, CAROLS, FRANKS = (Target(TargetKind.SCHEDULE, name) for name in ("team", "carol", "frank"))
MANAGER = Target(TargetKind.MANAGER)
LAST = LastResort(1, 10 * MINUTE)


def one(*targets: Target, **more: object) -> Level:
    return replace(Level(targets, 5 * MINUTE), **more)  # type: ignore[arg-type]


def policy(name: str, *levels: Level, **more: object) -> Policy:
    return replace(Policy(PolicyId(name), name, levels, LAST), **more)  # type: ignore[arg-type]


def page(of: Policy, *others: Policy, **more: object) -> Page:
    policies = {each.id: each for each in (of, *others)}
    fresh = Page(
        id=PageId(204),
        service=ServiceId("checkout"),
        policy=running(of, policies),
        title="Latency",
        severity=SeverityId("SEV3"),
        state=PageState.TRIGGERED,
        started_at=NOW,
        due_at=NOW,
    )
    return replace(fresh, **more)  # type: ignore[arg-type]


def roster(**more: object) -> Roster:
    known = {
        TEAM: Reached((Contact(ANA, "team"), Contact(BOB, "team"))),
        CAROLS: Reached((Contact(CAROL, "carol"),)),
        FRANKS: Reached((Contact(FRANK, "frank"),)),
    }
    managers = {ANA: Reached((Contact(FRANK, "manager of Ana"),)), BOB: Reached(reason="Bob has no manager")}
    return replace(Roster(known, managers, asked={"tags": {}}), **more)  # type: ignore[arg-type]


def who(decision: Decision) -> list[UserId | None]:
    return [notify.user for notify in decision.notify]


def later(decision: Decision, of: Roster | None = None) -> Decision:
    assert decision.page.due_at is not None
    return escalation.on_due(decision.page, of or roster(), decision.page.due_at)


def test_a_level_whose_condition_does_not_hold_is_passed_by_at_once() -> None:
    worst_only = policy("p", one(TEAM, when=("severity == 'SEV1'",)), one(CAROLS))
    decision = escalation.start(page(worst_only), roster(), NOW)
    assert who(decision) == [CAROL]
    assert [fact.kind for fact in decision.facts] == ["level_skipped", "level_paged"]
    assert decision.facts[0].reasons == ("only when severity == 'SEV1'",)  # type: ignore[attr-defined]
    assert decision.tell == ()
    worst = escalation.start(page(worst_only, severity=SeverityId("SEV1")), roster(), NOW)
    assert who(worst) == [ANA, BOB]


def test_a_condition_that_breaks_pages_and_says_so() -> None:
    broken = policy("p", one(TEAM, when=("tags > 3",)), one(CAROLS))
    decision = escalation.start(page(broken), roster(), NOW)
    assert who(decision) == [ANA, BOB]
    assert decision.facts[0].kind == "condition_broken"


def test_a_condition_asks_how_much_the_least_busy_person_holds() -> None:
    unless_busy = policy("p", one(TEAM, when=("held < 2",)), one(CAROLS))
    assert who(escalation.start(page(unless_busy), roster(held={ANA: 3}), NOW)) == [ANA, BOB]
    assert who(escalation.start(page(unless_busy), roster(held={ANA: 3, BOB: 2}), NOW)) == [CAROL]


def test_round_robin_pages_one_after_the_other() -> None:
    turns = policy("p", one(TEAM, assign=Assign.ROUND_ROBIN))
    seen, taken = [], dict[tuple[PolicyId, int], int]()
    for _ in range(3):
        decision = escalation.start(page(turns), roster(turns=taken), NOW)
        seen += who(decision)
        taken |= decision.turns
    assert seen == [ANA, BOB, ANA]
    assert taken == {(PolicyId("p"), 1): 3}


def test_where_all_must_acknowledge_the_level_escalates_without_one_of_them() -> None:
    both = policy("p", one(TEAM, ack=AckBy.ALL), one(CAROLS))
    paged = escalation.start(page(both), roster(), NOW)
    first = escalation.acknowledge(paged.page, ANA, NOW + MINUTE)
    assert first.reply is Reply.OTHERS_MUST_TOO and first.spares == ANA
    assert first.page.state is PageState.TRIGGERED and first.page.due_at == paged.page.due_at
    assert escalation.acknowledge(first.page, ANA, NOW + MINUTE).facts == ()
    assert who(later(first)) == [CAROL]
    second = escalation.acknowledge(first.page, BOB, NOW + 2 * MINUTE)
    assert second.page.state is PageState.ACKNOWLEDGED and second.reply is Reply.DONE


def test_where_all_must_acknowledge_and_one_cannot_the_next_level_is_due_at_once() -> None:
    both = policy("p", one(TEAM, ack=AckBy.ALL), one(CAROLS))
    paged = escalation.start(page(both), roster(), NOW).page
    declined = escalation.decline(paged, BOB, roster(), NOW + MINUTE)
    assert declined.notify == ()
    agreed = escalation.acknowledge(declined.page, ANA, NOW + 2 * MINUTE)
    assert agreed.page.due_at == NOW + 2 * MINUTE
    other_way = escalation.acknowledge(paged, ANA, NOW + MINUTE).page
    assert who(escalation.decline(other_way, BOB, roster(), NOW + 2 * MINUTE)) == [CAROL]


def test_somebody_whom_the_level_does_not_page_takes_it_for_all() -> None:
    both = policy("p", one(TEAM, ack=AckBy.ALL))
    paged = escalation.start(page(both), roster(), NOW).page
    assert escalation.acknowledge(paged, CAROL, NOW).page.acknowledged_by == CAROL


def test_the_manager_of_whoever_was_paged_before_is_paged() -> None:
    chain = policy("p", one(TEAM), one(MANAGER, CAROLS))
    first = escalation.start(page(chain), roster(), NOW)
    second = later(first)
    assert who(second) == [FRANK, CAROL]
    assert second.notify[0].via == "manager of Ana"


def test_a_level_that_hands_off_runs_the_other_policys_levels_with_their_times() -> None:
    other = policy("other", one(CAROLS, ack_timeout=None), one(FRANKS), ack_timeout=7 * MINUTE)
    main = policy("main", one(Target(TargetKind.POLICY, "other"), TEAM), one(TEAM))
    first = escalation.start(page(main, other), roster(), NOW)
    assert who(first) == [ANA, BOB, CAROL]
    assert first.page.due_at == NOW + 7 * MINUTE
    assert first.facts[-1].policy == "other"  # type: ignore[attr-defined]
    second = later(first)
    assert who(second) == [FRANK]
    assert who(later(second)) == [ANA, BOB]


def test_a_hand_off_under_a_condition_is_a_branch() -> None:
    other = policy("other", one(CAROLS), one(FRANKS))
    branch = one(Target(TargetKind.POLICY, "other"), when=("severity == 'SEV1'",))
    main = policy("main", branch, one(TEAM))
    assert who(escalation.start(page(main, other), roster(), NOW)) == [ANA, BOB]
    worst = escalation.start(page(main, other, severity=SeverityId("SEV1")), roster(), NOW)
    assert who(worst) == [CAROL]
    assert who(later(worst)) == [FRANK]


def test_a_last_resort_hands_over_to_another_policy_and_that_ones_ends_the_chain() -> None:
    other = policy("other", one(CAROLS), last_resort=LastResort(1, 9 * MINUTE))
    main = policy("main", one(TEAM), last_resort=LastResort(policy=PolicyId("other")), repeat=1)
    decision = escalation.start(page(main, other), roster(), NOW)
    seen = [who(decision)]
    for _ in range(4):
        decision = later(decision)
        seen.append(who(decision))
    assert seen == [[ANA, BOB], [ANA, BOB], [CAROL], [CAROL], [CAROL]]
    assert decision.page.leg == 1 and decision.page.last_resort
    assert decision.page.due_at is not None and decision.page.step_at is not None
    assert decision.page.due_at - decision.page.step_at == 9 * MINUTE


def test_where_nothing_reaches_anybody_the_next_policy_is_tried_at_once() -> None:
    other = policy("other", one(CAROLS))
    main = policy("main", one(FRANKS), last_resort=LastResort(policy=PolicyId("other")))
    paged = escalation.start(page(main, other), roster(), NOW).page
    decision = escalation.unreachable(paged, FRANK, paged.generation, paged.step, roster(), NOW)
    assert who(decision) == [CAROL]


def test_circles_are_found_and_a_page_that_meets_one_ends_it() -> None:
    first = policy("a", one(Target(TargetKind.POLICY, "b")))
    second = policy("b", one(TEAM), last_resort=LastResort(policy=PolicyId("a")))
    both = {each.id: each for each in (first, second)}
    assert cycle(first, both) == ("a", "b", "a")
    assert cycle(second, both) == ("b", "a", "b")
    assert level_count(first, both) == 1
    assert who(escalation.start(page(first, second), roster(), NOW)) == [ANA, BOB]


def test_a_policy_with_a_delay_pages_nobody_before() -> None:
    patient = policy("p", one(TEAM), delay=2 * MINUTE)
    waiting = escalation.start(page(patient), roster(), NOW)
    assert waiting.notify == () and waiting.page.waits and waiting.page.due_at == NOW + 2 * MINUTE
    assert [fact.kind for fact in waiting.facts] == ["page_waits"]
    assert who(later(waiting)) == [ANA, BOB]
    over = escalation.resolve(waiting.page, by_user(ANA), NOW + MINUTE)
    assert over.page.ever_paged == ()


def test_an_acknowledgment_without_work_expires_and_with_work_it_holds() -> None:
    impatient = policy("p", one(CAROLS), one(TEAM), ack_expires=30 * MINUTE)
    paged = escalation.start(page(impatient), roster(), NOW).page
    held = escalation.acknowledge(paged, BOB, NOW).page
    assert held.due_at == NOW + 30 * MINUTE
    busy = escalation.on_due(held, roster(), NOW + 30 * MINUTE, active_at=NOW + 20 * MINUTE)
    assert busy.facts == () and busy.page.due_at == NOW + 50 * MINUTE
    idle = escalation.on_due(busy.page, roster(), NOW + 50 * MINUTE, active_at=NOW + 20 * MINUTE)
    assert [fact.kind for fact in idle.facts] == ["acknowledgment_expired", "level_paged"]
    assert who(idle) == [CAROL, BOB]
    assert idle.page.state is PageState.TRIGGERED and idle.cancels


def test_a_low_urgency_becomes_high_when_support_hours_begin_and_pages_again() -> None:
    slow = policy("p", one(TEAM, ack_timeout=timedelta(hours=4)), one(CAROLS), ack_timeout=timedelta(hours=4))
    calm = page(slow, urgency=Urgency.LOW, urgent_at=NOW + 10 * MINUTE, severity=None)
    low = escalation.start(calm, roster(), NOW)
    assert low.page.due_at == NOW + 10 * MINUTE and low.page.urgency is Urgency.LOW
    high = later(low)
    assert high.page.urgency is Urgency.HIGH
    assert who(high) == [ANA, BOB]
    assert {notify.cause for notify in high.notify} == {Cause.HOURS_BEGAN}
    assert high.page.due_at == NOW + 10 * MINUTE + timedelta(hours=4)


def test_the_service_says_how_urgent_it_is() -> None:
    weekdays = tuple(Weekday(day) for day in range(5))
    hours = SupportHours("Europe/Madrid", (TimeOfDay(time(9), time(17), weekdays),))
    service = Service(ServiceId("s"), "s", urgency=ServiceUrgency.SUPPORT_HOURS, support_hours=hours)
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 09:00 in Madrid
    assert urgency_of(service, NOW) == (Urgency.LOW, monday)
    assert urgency_of(service, monday + MINUTE) == (Urgency.HIGH, None)
    assert urgency_of(replace(service, urgency=ServiceUrgency.LOW), monday) == (Urgency.LOW, None)
    assert urgency_of(None, NOW) == (Urgency.HIGH, None)


def test_a_reassigned_page_pages_the_chosen_and_goes_on_without_them() -> None:
    chain = policy("p", one(TEAM), one(CAROLS))
    paged = escalation.start(page(chain), roster(), NOW).page
    held = escalation.acknowledge(paged, ANA, NOW).page
    given = escalation.reassign(held, (Contact(FRANK, ""),), by_user(ANA), NOW + MINUTE)
    assert who(given) == [FRANK] and given.cancels
    assert given.page.state is PageState.TRIGGERED and given.page.acknowledged_by is None
    assert who(later(given)) == [CAROL]


def test_escalating_to_a_chosen_level_goes_there_and_on_from_there() -> None:
    chain = policy("p", one(TEAM), one(CAROLS), one(FRANKS))
    paged = escalation.start(page(chain), roster(), NOW).page
    chosen = escalation.escalate(paged, by_user(ANA), roster(), NOW, level=3)
    assert who(chosen) == [FRANK]
    assert who(escalation.escalate(chosen.page, by_user(ANA), roster(), NOW, level=1)) == [ANA, BOB]


def test_a_responder_who_comes_leaves_the_page_with_whoever_has_it() -> None:
    held = escalation.acknowledge(
        escalation.start(page(policy("p", one(TEAM))), roster(), NOW).page, ANA, NOW
    ).page
    asked = escalation.add_responders(held, (Contact(CAROL, ""),), by_user(ANA), NOW).page
    coming = escalation.accept(asked, CAROL, NOW)
    assert coming.page.accepted == (CAROL,) and coming.page.acknowledged_by == ANA
    assert escalation.accept(coming.page, CAROL, NOW).reply is Reply.ALREADY_YOURS


def test_a_responder_who_does_not_come_after_all_changes_the_page_also_after_its_next_step() -> None:
    begun = escalation.start(page(policy("p", one(TEAM), one(FRANKS))), roster(), NOW).page
    asked = escalation.add_responders(begun, (Contact(CAROL, ""),), by_user(ANA), NOW).page
    coming = later(escalation.accept(asked, CAROL, NOW)).page
    assert CAROL not in coming.paged and coming.accepted == (CAROL,)
    not_coming = escalation.decline(coming, CAROL, roster(), NOW).page
    assert not not_coming.accepted
    assert not_coming.version > coming.version, "what is shown follows a version"
