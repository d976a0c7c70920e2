"""In which order and when a person's methods are tried, as tables and as what holds whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.contact import RINGS, ContactMethod, MethodKind, Rule, Urgency
from bot.core.ids import ContactId, UserId
from bot.core.quiet_hours import Quiet
from bot.core.reaching import LONGEST_QUIET, Plan, QuietHours, Wishes, plan, slack_dm

ANA = UserId("UANA")
NIGHT = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
SLACK, EMAIL, PUSH = slack_dm(ANA, NIGHT), MethodKind.EMAIL, MethodKind.PUSH
SMS, VOICE, WEBHOOK = MethodKind.SMS, MethodKind.VOICE, MethodKind.WEBHOOK
DND = Quiet(ANA, NIGHT - timedelta(hours=5), NIGHT + timedelta(hours=4))
LOUD = Quiet(ANA, None, None)
USUAL = Wishes()


def method(number: int, kind: MethodKind, *, verified: bool = True) -> ContactMethod:
    return ContactMethod(
        ContactId(number), ANA, kind, f"{kind}-{number}", verified_at=NIGHT if verified else None
    )


EVERYTHING = (SLACK, *(method(n, kind) for n, kind in enumerate((EMAIL, PUSH, SMS, VOICE), 1)))


def minutes(planned: Plan) -> list[tuple[str, float]]:
    return [(a.method.kind.value, a.after.total_seconds() / 60) for a in planned.attempts]


def rule(kind: MethodKind, after: float, number: int | None = None) -> Rule:
    return Rule(kind, timedelta(minutes=after), ContactId(number) if number is not None else None)


@pytest.mark.parametrize(
    ("urgency", "quiet", "expected"),
    [
        (Urgency.HIGH, None, [("slack", 0), ("email", 0), ("push", 1), ("sms", 3), ("voice", 5)]),
        (Urgency.HIGH, LOUD, [("slack", 0), ("email", 0), ("push", 1), ("sms", 3), ("voice", 5)]),
        # In Do Not Disturb push comes at once, and the others keep their distance from it.
        (Urgency.HIGH, DND, [("slack", 0), ("email", 0), ("push", 0), ("sms", 2), ("voice", 4)]),
        (Urgency.LOW, LOUD, [("slack", 0)]),
        (Urgency.LOW, DND, [("slack", 0)]),
    ],
)
def test_the_usual_rules(urgency: Urgency, quiet: Quiet | None, expected: list[tuple[str, float]]) -> None:
    assert minutes(plan(EVERYTHING, USUAL, urgency, quiet, NIGHT)) == expected


def test_do_not_disturb_is_the_reason_of_what_comes_sooner() -> None:
    reasons = {a.method.kind: a.reason for a in plan(EVERYTHING, USUAL, Urgency.HIGH, DND, NIGHT).attempts}
    assert reasons[PUSH] == "Slack is in Do Not Disturb, so this rings at once"
    assert reasons[SMS] == "Slack is in Do Not Disturb, so this rings sooner"
    assert reasons[EMAIL] == ""


def test_the_only_method_that_rings_comes_at_once_in_do_not_disturb() -> None:
    planned = plan((SLACK, method(1, VOICE)), USUAL, Urgency.HIGH, DND, NIGHT)
    assert minutes(planned) == [("slack", 0), ("voice", 0)]


def test_do_not_disturb_of_every_night_counts_although_slack_was_asked_days_ago() -> None:
    days_ago = Quiet(ANA, NIGHT - timedelta(days=3, hours=5), NIGHT - timedelta(days=3) + timedelta(hours=4))
    planned = plan(EVERYTHING, USUAL, Urgency.HIGH, days_ago, NIGHT)
    assert ("push", 0) in minutes(planned)


def test_own_rules_are_followed_and_slack_is_always_there() -> None:
    wishes = Wishes((rule(VOICE, 0), rule(SMS, 2, 7)))
    planned = plan(
        (SLACK, method(3, SMS), method(7, SMS), method(4, VOICE)), wishes, Urgency.HIGH, LOUD, NIGHT
    )
    assert minutes(planned) == [("slack", 0), ("voice", 0), ("sms", 2)]
    assert planned.attempts[2].method.id == 7
    assert [(skip.method.id, skip.reason) for skip in planned.skips] == [
        (3, "the rules for high urgency do not name it")
    ]


def test_a_rule_for_a_kind_tries_every_verified_method_of_it() -> None:
    methods = (SLACK, method(1, SMS), method(2, SMS), method(3, SMS, verified=False))
    planned = plan(methods, Wishes((rule(SMS, 1),)), Urgency.HIGH, LOUD, NIGHT)
    assert [a.method.id for a in planned.attempts] == [0, 1, 2]
    assert [(skip.method.id, skip.reason) for skip in planned.skips] == [(3, "it is not verified yet")]


def test_own_rules_that_name_nothing_usable_are_not_followed() -> None:
    methods = (SLACK, method(1, EMAIL), method(2, SMS, verified=False))
    planned = plan(methods, Wishes((rule(SMS, 0),)), Urgency.HIGH, LOUD, NIGHT)
    assert minutes(planned) == [("slack", 0), ("email", 0)]


def test_low_urgency_waits_for_the_end_of_quiet_hours_but_for_slack() -> None:
    # 02:47 in UTC is 03:47 in Berlin; the hours end at 07:00 there, 3 h 13 min later.
    own = QuietHours(time(22), time(7), "Europe/Berlin")
    wishes = Wishes((rule(SMS, 0), rule(VOICE, 10)), own)
    planned = plan(EVERYTHING, wishes, Urgency.LOW, LOUD, NIGHT)
    assert minutes(planned) == [("slack", 0), ("sms", 193), ("voice", 203)]
    assert planned.attempts[1].reason == "low urgency waits for the end of quiet hours"


def test_low_urgency_waits_for_the_later_of_both_ends() -> None:
    own = QuietHours(time(22), time(3), "UTC")
    planned = plan(EVERYTHING, Wishes((rule(SMS, 0),), own), Urgency.LOW, DND, NIGHT)
    assert minutes(planned)[1] == ("sms", 240)
    assert planned.attempts[1].reason == "low urgency waits for the end of Do Not Disturb"


def test_quiet_hours_round_the_clock_do_not_keep_a_page_for_ever() -> None:
    always = QuietHours(time(8), time(8), "UTC")
    planned = plan(EVERYTHING, Wishes((rule(SMS, 0),), always), Urgency.LOW, LOUD, NIGHT)
    assert planned.attempts[1].after == LONGEST_QUIET


def test_without_an_account_low_urgency_comes_by_what_there_is() -> None:
    assert minutes(plan((method(1, SMS),), USUAL, Urgency.LOW, None, NIGHT)) == [("sms", 3)]


kinds = st.sampled_from((EMAIL, PUSH, SMS, VOICE, WEBHOOK))
others = st.lists(st.tuples(kinds, st.booleans()), max_size=6)
own_rules = st.lists(
    st.tuples(st.sampled_from(MethodKind), st.integers(0, 60), st.none() | st.integers(0, 8)), max_size=6
)
quiets = st.none() | st.builds(
    lambda start, length: Quiet(
        ANA, NIGHT + timedelta(minutes=start), NIGHT + timedelta(minutes=start + length)
    ),
    st.integers(-5000, 2000),
    st.integers(1, 2000),
)
hours = st.none() | st.builds(
    QuietHours, st.times(), st.times(), st.sampled_from(("UTC", "America/New_York"))
)


@st.composite
def wanted(draw: st.DrawFn) -> tuple[tuple[ContactMethod, ...], Wishes]:
    found = [method(n, kind, verified=ok) for n, (kind, ok) in enumerate(draw(others), 1)]
    if draw(st.booleans()):
        found.insert(0, SLACK)
    rules = [rule(kind, after, number) for kind, after, number in draw(own_rules)]
    return tuple(found), Wishes(draw(st.sampled_from((None, tuple(rules)))), draw(hours))


@given(wanted(), st.sampled_from(Urgency), quiets)
def test_something_is_tried_while_anything_is_verified_and_each_method_once(
    wanted: tuple[tuple[ContactMethod, ...], Wishes], urgency: Urgency, quiet: Quiet | None
) -> None:
    methods, wishes = wanted
    planned = plan(methods, wishes, urgency, quiet, NIGHT)
    tried = [attempt.method.id for attempt in planned.attempts]
    assert bool(tried) == any(one.verified_at for one in methods)
    assert sorted([*tried, *(skip.method.id for skip in planned.skips)]) == [one.id for one in methods]
    assert all(attempt.method.verified_at for attempt in planned.attempts)
    times = [attempt.after for attempt in planned.attempts]
    assert times == sorted(times) and all(timedelta(0) <= after for after in times)


@given(wanted(), quiets)
def test_do_not_disturb_makes_nothing_later_for_high_urgency_and_keeps_the_order_of_what_rings(
    wanted: tuple[tuple[ContactMethod, ...], Wishes], quiet: Quiet | None
) -> None:
    methods, wishes = wanted
    loud = {a.method.id: a.after for a in plan(methods, wishes, Urgency.HIGH, None, NIGHT).attempts}
    silent = plan(methods, wishes, Urgency.HIGH, quiet, NIGHT).attempts
    assert {a.method.id for a in silent} == loud.keys()
    assert all(a.after <= loud[a.method.id] for a in silent)
    ringing = [loud[a.method.id] for a in silent if a.method.kind in RINGS]
    assert ringing == sorted(ringing)


@given(wanted(), quiets)
def test_nothing_but_slack_comes_in_quiet_hours_of_low_urgency_within_a_day(
    wanted: tuple[tuple[ContactMethod, ...], Wishes], quiet: Quiet | None
) -> None:
    methods, wishes = wanted
    for attempt in plan(methods, wishes, Urgency.LOW, quiet, NIGHT).attempts:
        if attempt.method.kind is not MethodKind.SLACK and wishes.quiet and attempt.after < LONGEST_QUIET:
            assert wishes.quiet.over_at(NIGHT + attempt.after) is None
