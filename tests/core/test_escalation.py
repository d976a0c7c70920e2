"""The promise of PRODUCT §3, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import escalation
from bot.core.decision import Cause, Contact, Decision, Notice, Reached, Reply, Roster
from bot.core.facts import LevelPaged, LevelSkipped, NobodyReached
from bot.core.ids import TOCSIN, PageId, PolicyId, ScheduleId, ServiceId, SeverityId, UserId, by_user
from bot.core.page import FIELDS, Page, PageState
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
ANA, BOB, CAROL, FRANK = (UserId(name) for name in ("UANA", "UBOB", "UCAROL", "UFRANK"))
PRIMARY = Target(TargetKind.SCHEDULE, "primary")
SECONDARY = Target(TargetKind.SCHEDULE, "secondary")
LAST = Target(TargetKind.USER, "frank")
MINUTE = timedelta(minutes=1)


def policy(**changes: object) -> Policy:
    """Three levels of five minutes, once repeated, then Frank every ten minutes."""
    plain = Policy(
        id=PolicyId("checkout-critical"),
        name="checkout-critical",
        levels=(Level((PRIMARY,)), Level((SECONDARY,)), Level((LAST,))),
        last_resort=LastResort(level=3, every=10 * MINUTE),
        ack_timeout=5 * MINUTE,
        repeat=1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def page(of: Policy | None = None, severity: str | None = "SEV2") -> Page:
    return Page(
        id=PageId(7),
        service=ServiceId("checkout"),
        policy=of or policy(),
        title="Error rate",
        severity=SeverityId(severity) if severity else None,
        state=PageState.TRIGGERED,
        started_at=NOW,
        due_at=NOW,
    )


def roster(**changes: Reached) -> Roster:
    full = {
        "primary": Reached((Contact(ANA, "primary"),)),
        "secondary": Reached((Contact(CAROL, "secondary"),)),
        "frank": Reached((Contact(FRANK, ""),)),
    } | changes
    return Roster({target: full[target.id] for target in (PRIMARY, SECONDARY, LAST)})


EVERYBODY = roster()
EMPTY = Reached(reason="Nobody is on call for primary", schedule=ScheduleId("primary"))


def users(decision: Decision) -> list[UserId | None]:
    return [notify.user for notify in decision.notify]


def run(decision: Decision, steps: int, who: Roster = EVERYBODY) -> list[tuple[int, list[UserId | None]]]:
    """Let each deadline pass; answer minutes since the start and whom it paged."""
    seen = []
    for _ in range(steps):
        at = decision.page.due_at
        assert at is not None
        decision = escalation.on_due(decision.page, who, at)
        seen.append((int((at - NOW) / MINUTE), users(decision)))
    return seen


def test_a_page_moves_on_as_any_frozen_dataclass_and_knows_its_fields() -> None:
    begun = page()
    moved = begun.but(level=2, paged=(ANA,), due_at=NOW + MINUTE)
    assert moved == replace(begun, level=2, paged=(ANA,), due_at=NOW + MINUTE) != begun
    assert Page.of(getattr(moved, name) for name in FIELDS) == moved
    with pytest.raises(TypeError, match="levle"):
        begun.but(levle=2)


def test_the_first_level_is_paged_at_once() -> None:
    decision = escalation.start(page(), EVERYBODY, NOW)
    assert users(decision) == [ANA]
    assert decision.page.due_at == NOW + 5 * MINUTE


def test_levels_repeat_and_the_last_resort_follow_in_their_time() -> None:
    started = escalation.start(page(), EVERYBODY, NOW)
    assert run(started, 8) == [
        (5, [CAROL]),
        (10, [FRANK]),
        (15, [ANA]),
        (20, [CAROL]),
        (25, [FRANK]),
        (30, [FRANK]),  # the last resort begins when the last level's timeout of the last repeat ends
        (40, [FRANK]),
        (50, [FRANK]),
    ]


@pytest.mark.parametrize(
    ("severity", "minutes"),
    [("SEV1", 3), ("SEV2", 5), ("SEV3", 8), (None, 8)],
)
def test_the_shorter_of_level_and_severity_timeout_holds(severity: str | None, minutes: int) -> None:
    decision = escalation.start(page(policy(ack_timeout=8 * MINUTE), severity), EVERYBODY, NOW)
    assert decision.page.due_at == NOW + minutes * MINUTE


def test_a_step_that_is_not_due_does_nothing() -> None:
    started = escalation.start(page(), EVERYBODY, NOW).page
    early = escalation.on_due(started, EVERYBODY, NOW + 5 * MINUTE - timedelta(microseconds=1))
    assert (early.page, early.reply, early.facts) == (started, Reply.NOT_DUE, ())


def test_downtime_brings_one_step_and_says_how_late() -> None:
    started = escalation.start(page(), EVERYBODY, NOW).page
    late = escalation.on_due(started, EVERYBODY, NOW + 60 * MINUTE)
    fact = late.facts[-1]
    assert isinstance(fact, LevelPaged)
    assert (fact.level, fact.late_ms) == (2, 55 * 60_000)
    assert late.page.due_at == NOW + 65 * MINUTE


def test_an_empty_level_is_skipped_at_once_and_its_owner_is_told() -> None:
    decision = escalation.start(page(), roster(primary=EMPTY), NOW)
    assert users(decision) == [CAROL]
    assert [type(fact) for fact in decision.facts] == [LevelSkipped, LevelPaged]
    assert [tell.notice for tell in decision.tell] == [Notice.EMPTY_SCHEDULE]


def test_a_pass_that_reaches_nobody_is_said_and_tried_again_in_five_minutes() -> None:
    nobody = roster(primary=EMPTY, secondary=EMPTY, frank=EMPTY)
    decision = escalation.start(page(), nobody, NOW)
    assert users(decision) == []
    assert isinstance(decision.facts[-1], NobodyReached)
    assert decision.tell[-1].notice is Notice.NOBODY_REACHED
    assert decision.page.due_at == NOW + 5 * MINUTE
    again = escalation.on_due(decision.page, EVERYBODY, NOW + 5 * MINUTE)
    assert users(again) == [ANA]


def test_when_nobody_of_a_level_can_be_reached_the_next_one_is_paged_at_once() -> None:
    started = escalation.start(page(), EVERYBODY, NOW).page
    decision = escalation.unreachable(started, ANA, started.generation, started.step, EVERYBODY, NOW + MINUTE)
    assert users(decision) == [CAROL]


def test_people_who_cannot_be_reached_make_no_hot_loop() -> None:
    decision = escalation.start(page(), EVERYBODY, NOW)
    paged = 1
    while decision.notify:
        assert paged <= 3
        now = decision.page
        decision = escalation.unreachable(now, now.paged[0], now.generation, now.step, EVERYBODY, NOW)
        paged += 1
    assert decision.page.due_at == NOW + 5 * MINUTE
    assert decision.tell[-1].notice is Notice.NOBODY_REACHED


def test_one_who_can_be_reached_keeps_the_level() -> None:
    both = roster(primary=Reached((Contact(ANA, "primary"), Contact(BOB, "primary"))))
    started = escalation.start(page(), both, NOW).page
    decision = escalation.unreachable(started, ANA, started.generation, started.step, both, NOW)
    assert (users(decision), decision.page.due_at) == ([], started.due_at)


def test_acknowledge_stops_the_escalation() -> None:
    started = escalation.start(page(), EVERYBODY, NOW).page
    decision = escalation.acknowledge(started, ANA, NOW + MINUTE)
    assert decision.page.state is PageState.ACKNOWLEDGED
    assert decision.page.due_at is None
    assert decision.page.generation > started.generation
    assert decision.cancels


@pytest.mark.parametrize(
    ("by", "reply"),
    [(ANA, Reply.ALREADY_YOURS), (BOB, Reply.HELD_BY_OTHER)],
)
def test_acknowledging_again_is_a_fact_and_changes_nothing(by: UserId, reply: Reply) -> None:
    held = escalation.acknowledge(escalation.start(page(), EVERYBODY, NOW).page, ANA, NOW).page
    again = escalation.acknowledge(held, by, NOW + MINUTE)
    assert (again.page, again.reply) == (held, reply)
    assert [fact.kind for fact in again.facts] == ["acknowledged_late"]


def test_acknowledging_what_is_over_says_so() -> None:
    over = escalation.resolve(escalation.start(page(), EVERYBODY, NOW).page, by_user(BOB), NOW).page
    assert escalation.acknowledge(over, ANA, NOW).reply is Reply.OVER


def test_take_over_changes_the_holder() -> None:
    held = escalation.acknowledge(escalation.start(page(), EVERYBODY, NOW).page, ANA, NOW).page
    taken = escalation.take_over(held, BOB, NOW)
    assert taken.page.acknowledged_by == BOB
    assert [fact.kind for fact in taken.facts] == ["page_taken_over"]


def test_when_all_of_a_level_decline_the_next_one_is_paged_at_once() -> None:
    both = roster(primary=Reached((Contact(ANA, "primary"), Contact(BOB, "primary"))))
    started = escalation.start(page(), both, NOW).page
    first = escalation.decline(started, ANA, both, NOW + MINUTE)
    assert (users(first), first.page.due_at) == ([], started.due_at)
    second = escalation.decline(first.page, BOB, both, NOW + MINUTE)
    assert (users(second), second.reply) == ([CAROL], Reply.NEXT_PAGED)


def test_declining_what_i_hold_gives_it_back() -> None:
    held = escalation.acknowledge(escalation.start(page(), EVERYBODY, NOW).page, ANA, NOW).page
    decision = escalation.decline(held, ANA, EVERYBODY, NOW + MINUTE)
    assert decision.page.state is PageState.TRIGGERED
    assert users(decision) == [CAROL]


def test_escalate_by_hand_pages_the_next_level_also_from_acknowledged() -> None:
    held = escalation.acknowledge(escalation.start(page(), EVERYBODY, NOW).page, ANA, NOW).page
    decision = escalation.escalate(held, by_user(ANA), EVERYBODY, NOW + MINUTE)
    assert users(decision) == [CAROL]
    assert decision.page.state is PageState.TRIGGERED
    assert decision.page.due_at == NOW + 6 * MINUTE


def test_a_snooze_comes_back_to_the_same_level() -> None:
    second = escalation.on_due(
        escalation.start(page(), EVERYBODY, NOW).page, EVERYBODY, NOW + 5 * MINUTE
    ).page
    asleep = escalation.snooze(second, CAROL, 15 * MINUTE, NOW + 6 * MINUTE).page
    assert (asleep.state, asleep.due_at) == (PageState.SNOOZED, NOW + 21 * MINUTE)
    awake = escalation.on_due(asleep, EVERYBODY, NOW + 21 * MINUTE)
    assert users(awake) == [CAROL]
    assert awake.notify[0].cause is Cause.SNOOZE_ENDED
    assert awake.page.due_at == NOW + 26 * MINUTE


@pytest.mark.parametrize(
    ("severity", "due_minutes"),
    [
        ("SEV1", 3),  # stricter: 3 min from the step
        ("SEV3", 5),  # milder: the step keeps its time
    ],
)
def test_a_changed_severity_never_slows_a_running_step(severity: str, due_minutes: int) -> None:
    started = escalation.start(page(severity="SEV2"), EVERYBODY, NOW).page
    changed = escalation.change_severity(started, SeverityId(severity), TOCSIN, NOW + MINUTE)
    assert changed.page.due_at == NOW + due_minutes * MINUTE


def test_a_stricter_severity_past_its_time_is_due_now_not_in_the_past() -> None:
    started = escalation.start(page(severity="SEV2"), EVERYBODY, NOW).page
    changed = escalation.change_severity(started, SeverityId("SEV1"), TOCSIN, NOW + 4 * MINUTE)
    assert changed.page.due_at == NOW + 4 * MINUTE


def test_added_responders_are_paged_and_the_levels_keep_their_time() -> None:
    started = escalation.start(page(), EVERYBODY, NOW).page
    more = escalation.add_responders(started, (Contact(FRANK, ""),), by_user(ANA), NOW + MINUTE)
    assert users(more) == [FRANK]
    assert more.page.due_at == started.due_at
