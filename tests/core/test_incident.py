"""What may happen to an incident, as rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import incident as core
from bot.core.catalogue import COMMANDER
from bot.core.facts import StatusChanged, UpdatePosted
from bot.core.ids import TOCSIN, ChannelId, IncidentId, SeverityId, UserId, by_user
from bot.core.incident import Incident, IncidentStatus, Outcome
from bot.core.permissions import Action, Standing, may

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
ANA, BOB, CAROL = UserId("UANA"), UserId("UBOB"), UserId("UCAROL")
OPEN = Incident(
    id=IncidentId(12),
    title="Checkout is down",
    severity=SeverityId("SEV1"),
    status=IncidentStatus.INVESTIGATING,
    declared_by=ANA,
    declared_at=NOW,
)


@pytest.mark.parametrize(
    ("title", "attempt", "name"),
    [
        ("Checkout errors", 0, "inc-12-checkout-errors"),
        ("Checkout errors", 1, "inc-12-checkout-errors-2"),
        ("  Störung: Bücher & Cafés!! ", 0, "inc-12-storung-bucher-cafes"),
        ("決済が落ちた", 0, "inc-12"),  # nothing of it fits Slack's letters
        ("<!channel> <@U123> *x* </script>", 0, "inc-12-channel-u123-x-script"),
    ],
)
def test_a_channel_is_named_by_number_and_title(title: str, attempt: int, name: str) -> None:
    assert core.channel_name(IncidentId(12), title, attempt) == name


@given(st.text(), st.integers(0, 30))
def test_any_title_makes_a_name_that_slack_takes(title: str, attempt: int) -> None:
    name = core.channel_name(IncidentId(12), title, attempt)
    assert len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_an_update_moves_the_status_and_says_when_the_next_is_due() -> None:
    decision = core.post_update(
        OPEN, "Rolling back", IncidentStatus.IDENTIFIED, timedelta(minutes=15), BOB, NOW
    )
    assert decision.incident.status is IncidentStatus.IDENTIFIED
    assert decision.incident.next_update_at == NOW + timedelta(minutes=15)
    assert [type(fact) for fact in decision.facts] == [StatusChanged, UpdatePosted]


def test_a_role_has_one_person_who_is_invited() -> None:
    first = core.assign_role(OPEN, COMMANDER, BOB, ANA, NOW).incident
    second = core.assign_role(first, COMMANDER, CAROL, ANA, NOW).incident
    assert second.roles == {COMMANDER: CAROL}
    assert second.invited == (BOB, CAROL)


@pytest.mark.parametrize(
    "decision",
    [
        core.change_status(OPEN, IncidentStatus.INVESTIGATING, BOB, NOW),
        core.change_severity(OPEN, SeverityId("SEV1"), by_user(BOB), NOW),
        core.person_joined(replace(OPEN, joined=(BOB,)), BOB, NOW),
        core.person_left(OPEN, BOB),
        core.channel_archived(OPEN, False, TOCSIN, NOW),
        core.channel_made(replace(OPEN, channel=ChannelId("C1")), ChannelId("C1"), "inc-12", NOW),
        core.setup_failed(replace(OPEN, setup_problem="is_archived"), "channel", "is_archived", NOW),
    ],
)
def test_what_changes_nothing_writes_nothing(decision: core.IncidentDecision) -> None:
    assert decision.outcome is Outcome.UNCHANGED
    assert decision.facts == ()


def test_resolving_twice_and_reopening_what_is_open_change_nothing() -> None:
    over = core.resolve(OPEN, "A bad release", "Rolled back", BOB, NOW).incident
    assert core.resolve(over, "Other", "Other", CAROL, NOW).outcome is Outcome.NOT_OPEN
    assert core.reopen(OPEN, "It is back", BOB, NOW).outcome is Outcome.STILL_OPEN
    again = core.reopen(over, "It is back", BOB, NOW).incident
    assert (again.status, again.resolved_at) == (IncidentStatus.INVESTIGATING, None)


def test_a_private_incident_is_seen_by_its_members_alone() -> None:
    private = replace(OPEN, private=True, invited=(BOB,), roles={COMMANDER: CAROL})
    stranger = UserId("UERIN")
    assert [core.may_see(private, user) for user in (ANA, BOB, CAROL, stranger)] == [True, True, True, False]
    assert core.may_see(OPEN, stranger)


def test_whoever_left_a_private_incident_no_longer_sees_it() -> None:
    private = replace(OPEN, private=True, invited=(BOB,), joined=(BOB,))
    assert not core.may_see(core.person_left(private, BOB).incident, BOB)


@pytest.mark.parametrize(
    ("standing", "allowed"),
    [
        (Standing.MEMBER, True),
        (Standing.GUEST, False),
        (Standing.BOT, False),
        (Standing.FOREIGNER, False),
        (Standing.GONE, False),
        (Standing.UNKNOWN, True),  # somebody who joined a moment ago
    ],
)
def test_full_members_may_do_everything_and_others_nothing(standing: Standing, allowed: bool) -> None:
    assert {may(action, standing) for action in Action} == {allowed}
