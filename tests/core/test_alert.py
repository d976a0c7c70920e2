"""How events of one key fold into alerts (PRODUCT §2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.alert import Alert, AlertStatus, Change, Fold, IncomingAlert, dedup_key, fold, resolve_by_hand
from bot.core.ids import IntegrationId, ServiceId, UserId, by_user

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
STARTED = NOW - timedelta(minutes=4)
MINUTE = timedelta(minutes=1)
SOURCE = IntegrationId("demo-generic")
CHECKOUT = ServiceId("checkout")
FIRING = IncomingAlert(title="Error rate")
OVER = IncomingAlert(title="Error rate", status=AlertStatus.RESOLVED)


def take(latest: Alert | None, incoming: IncomingAlert, at: datetime = NOW) -> Fold:
    return fold(latest, incoming, integration=SOURCE, service=CHECKOUT, severity=None, now=at)


def resolved_by_person(alert: Alert, at: datetime) -> Alert:
    return resolve_by_hand(alert, by_user(UserId("UANA")), at)


def test_the_first_event_is_a_new_alert() -> None:
    folded = take(None, FIRING)
    assert (folded.change, folded.alert.events) == (Change.NEW, 1)
    assert folded.alert.dedup_key == dedup_key(SOURCE, CHECKOUT, "Error rate")


def test_a_repeat_only_counts() -> None:
    folded = take(take(None, FIRING).alert, FIRING, NOW + MINUTE)
    assert (folded.change, folded.alert.events, folded.alert.last_at) == (Change.COUNTED, 2, NOW + MINUTE)


def test_resolved_ends_it_and_the_next_event_is_new() -> None:
    over = take(take(None, FIRING).alert, OVER, NOW + MINUTE)
    assert over.change is Change.RESOLVED
    assert take(over.alert, FIRING, NOW + 2 * MINUTE).change is Change.NEW


@pytest.mark.parametrize(
    ("minutes", "change"),
    [
        (9, Change.COUNTED),
        (10, Change.NEW),
    ],
)
def test_after_a_person_resolved_it_a_repeat_within_ten_minutes_only_counts(
    minutes: int, change: Change
) -> None:
    over = resolved_by_person(take(None, FIRING).alert, NOW)
    assert take(over, FIRING, NOW + minutes * MINUTE).change is change


def test_the_same_start_only_counts_also_long_after_a_person_resolved_it() -> None:
    with_start = replace(FIRING, starts_at=STARTED)
    over = resolved_by_person(take(None, with_start).alert, NOW)
    assert take(over, with_start, NOW + 300 * MINUTE).change is Change.COUNTED


def test_a_new_start_is_a_new_alert_and_ends_the_earlier_one() -> None:
    first = take(None, replace(FIRING, starts_at=STARTED)).alert
    again = take(first, replace(FIRING, starts_at=NOW), NOW + MINUTE)
    assert again.change is Change.NEW
    assert again.superseded is not None and again.superseded.status is AlertStatus.RESOLVED


def test_an_event_of_an_earlier_start_that_comes_late_only_counts() -> None:
    later = take(None, replace(FIRING, starts_at=NOW)).alert
    assert take(later, replace(FIRING, starts_at=STARTED), NOW + MINUTE).change is Change.COUNTED


def test_an_earlier_occurrence_that_resolves_late_leaves_the_present_one() -> None:
    later = take(None, replace(FIRING, starts_at=NOW)).alert
    folded = take(later, replace(OVER, starts_at=STARTED), NOW + MINUTE)
    assert (folded.change, folded.alert.status) == (Change.NOTHING, AlertStatus.FIRING)


def test_a_start_far_in_the_future_does_not_swallow_what_follows() -> None:
    bogus = take(None, replace(FIRING, starts_at=NOW + timedelta(days=400))).alert
    over = take(bogus, OVER, NOW + MINUTE).alert
    assert take(over, replace(FIRING, starts_at=NOW + 2 * MINUTE), NOW + 2 * MINUTE).change is Change.NEW


def test_resolved_before_firing_is_kept_and_its_late_firing_pages_nobody() -> None:
    over = take(None, replace(OVER, starts_at=STARTED))
    assert (over.change, over.alert.status) == (Change.NOTHING, AlertStatus.RESOLVED)
    late = take(over.alert, replace(FIRING, starts_at=STARTED), NOW + MINUTE)
    assert late.change is Change.COUNTED


def test_keys_differ_by_integration_service_and_title() -> None:
    keys = {
        dedup_key(SOURCE, CHECKOUT, "a"),
        dedup_key(SOURCE, CHECKOUT, "b"),
        dedup_key(SOURCE, None, "a"),
        dedup_key(IntegrationId("other"), CHECKOUT, "a"),
    }
    assert len(keys) == 4


def said(incoming: IncomingAlert, second: int) -> IncomingAlert:
    return replace(incoming, said_at=NOW + timedelta(seconds=second))


@pytest.mark.parametrize(
    ("order", "changes", "status"),
    [
        # "resolved" (2) overtakes its "firing" (1): nobody is paged for what is over
        ("R2 F1", "nothing overtaken", AlertStatus.RESOLVED),
        ("R2 F1 F3", "nothing overtaken new", AlertStatus.FIRING),
        # a second occurrence (3, 4) the same
        ("F1 R2 R4 F3", "new resolved nothing overtaken", AlertStatus.RESOLVED),
        ("F1 R2 R4 F3 F5", "new resolved nothing overtaken new", AlertStatus.FIRING),
        # "resolved" (2) is overtaken by the next "firing" (3), which is on: it closes nothing
        ("F1 F3 R2", "new counted overtaken", AlertStatus.FIRING),
        ("F1 F3 R2 R4", "new counted overtaken resolved", AlertStatus.RESOLVED),
        # a repeat (2) is overtaken by the end (3)
        ("F1 R3 F2", "new resolved overtaken", AlertStatus.RESOLVED),
        # in order
        ("F1 F2 R3 F4", "new counted resolved new", AlertStatus.FIRING),
    ],
)
def test_what_was_said_earlier_and_comes_later_only_counts(
    order: str, changes: str, status: AlertStatus
) -> None:
    latest: Alert | None = None
    seen = []
    for event in order.split():
        folded = take(latest, said(FIRING if event[0] == "F" else OVER, int(event[1])))
        latest = folded.alert
        seen.append(folded.change.value)
    assert latest is not None
    assert (" ".join(seen), latest.status) == (changes, status)


def test_a_source_that_does_not_tell_when_counts_as_it_comes() -> None:
    over = take(None, said(OVER, 2)).alert
    assert take(over, FIRING).change is Change.NEW
