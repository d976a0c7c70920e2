"""What Alertmanager's webhook says becomes alerts, told from its captured bodies."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from bot.core.alert import Alert, AlertStatus, Change, IncomingAlert, Link, fold
from bot.core.catalogue import Integration
from bot.ingest.sources import alertmanager, parse, parse_body
from tests.company import CHECKOUT, SEV1
from tests.ingest.captured import ALERTMANAGER, GENERIC, body

AFTER = datetime(2026, 11, 21, 7, 22, tzinfo=UTC)
FINGERPRINTS = ["8f5b19e12246bf6e", "8659364ac9d4dc8d"]


def read(name: str, integration: Integration = ALERTMANAGER) -> tuple[IncomingAlert, ...]:
    return parse_body(integration, body(name))


@pytest.mark.parametrize("integration", [ALERTMANAGER, GENERIC])
def test_a_firing_group_is_one_alert_for_each_of_its_alerts(integration: Integration) -> None:
    first, second = read("am025_webhook_firing", integration)
    assert [first.dedup_key, second.dedup_key] == FINGERPRINTS
    assert {first.status, second.status} == {AlertStatus.FIRING}
    assert first.title == second.title == "Error rate above 5% on checkout"
    assert first.description == "5xx ratio is 7.2%"
    assert second.description == "unicode ✓ <b>&amp;</b>"
    assert (first.service, first.severity, first.source) == ("checkout", "critical", "Alertmanager")
    assert first.tags["instance"] == "10.0.0.1:9100"
    assert first.payload["groupKey"] and first.payload["labels"]["cluster"] == "prod-eu"


def test_a_start_in_nanoseconds_is_cut_to_microseconds() -> None:
    first, second = read("am025_webhook_firing")
    assert first.starts_at == datetime(2026, 11, 21, 7, 21, 23, 384469, UTC)
    assert second.starts_at == datetime(2026, 11, 21, 7, 21, 23, 401464, UTC)


def test_its_addresses_become_links_and_empty_ones_do_not() -> None:
    first, second = read("am025_webhook_firing")
    assert first.links == (
        Link("Graph", "http://prom.example.com/graph?g0.expr=x"),
        Link("Runbook", "https://runbooks.example.com/HighErrorRate"),
        Link("Alertmanager", "http://vm:19093"),
    )
    assert second.links == (Link("Alertmanager", "http://vm:19093"),)


def test_the_resolved_body_has_the_keys_of_the_firing_one() -> None:
    alerts = read("am025_webhook_resolved")
    assert [alert.dedup_key for alert in alerts] == FINGERPRINTS
    assert {alert.status for alert in alerts} == {AlertStatus.RESOLVED}


def test_the_captured_resolved_body_closes_the_captured_firing_one() -> None:
    for firing, resolved in zip(read("am025_webhook_firing"), read("am025_webhook_resolved"), strict=True):
        fired = folded(None, firing)
        over = folded(replace(fired[0]), resolved)
        assert (fired[1], over[1]) == (Change.NEW, Change.RESOLVED)


def test_a_repeat_that_comes_after_the_end_does_not_page_again() -> None:
    firing, resolved = read("am025_webhook_firing")[0], read("am025_webhook_resolved")[0]
    over, _ = folded(folded(None, firing)[0], resolved)
    assert folded(over, firing)[1] is Change.COUNTED


def folded(latest: Alert | None, incoming: IncomingAlert) -> tuple[Alert, Change]:
    done = fold(latest, incoming, integration=ALERTMANAGER.id, service=CHECKOUT, severity=SEV1, now=AFTER)
    return done.alert, done.change


def test_left_out_alerts_are_said_in_the_description() -> None:
    (only,) = read("am025_webhook_truncated_bearer_firing")
    assert only.description == (
        "5xx ratio is 7.2%\n1 more alert of this group was not sent by Alertmanager (max_alerts)."
    )


@pytest.mark.parametrize(
    ("annotations", "labels", "title"),
    [
        ({"summary": "Disk full"}, {"alertname": "Disk"}, "Disk full"),
        ({"summary": "  \n "}, {"alertname": "Disk"}, "Disk"),
        ({}, {"alertname": "Disk"}, "Disk"),
        ({}, {"alertname": "\u200b"}, "Alertmanager"),
        (None, {}, "Alertmanager"),
        ({"summary": "two\nlines"}, {}, "two lines"),
        ({"summary": "x" * 900}, {}, "x" * 500),
    ],
)
def test_the_title_is_the_first_that_says_anything(
    annotations: object, labels: dict[str, str], title: str
) -> None:
    payload = {"receiver": "all", "alerts": [{"labels": labels, "annotations": annotations}]}
    assert alertmanager.parse(payload, "Alertmanager")[0].title == title


def test_alerts_without_a_fingerprint_are_told_apart_by_their_labels() -> None:
    labels = [{"alertname": "Disk", "instance": "a"}, {"alertname": "Disk", "instance": "b"}]
    group = {"receiver": "all", "alerts": [{"labels": one} for one in labels]}
    turned = {"receiver": "all", "alerts": [{"labels": dict(reversed(one.items()))} for one in labels]}
    keys = [alert.dedup_key for alert in parse(ALERTMANAGER, group)]
    assert len(set(keys)) == 2
    assert keys == [alert.dedup_key for alert in parse(ALERTMANAGER, turned)]


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00:00Z", "soon", 5, None, ""])
def test_a_start_that_is_not_set_is_none(starts_at: object) -> None:
    payload = {"receiver": "all", "alerts": [{"labels": {}, "startsAt": starts_at}]}
    assert parse(ALERTMANAGER, payload)[0].starts_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"alerts": []},
        {"alerts": "none"},
        {"alerts": [{"labels": "checkout"}]},
        {"alerts": [5]},
    ],
)
def test_a_body_that_is_not_of_its_shape_is_shown_raw(change: dict[str, object]) -> None:
    payload = json.loads(body("am025_webhook_firing")) | change
    (only,) = parse(ALERTMANAGER, payload)
    assert only.title == "Alertmanager"
    assert orjson.loads(only.description) == payload
    assert only.status is AlertStatus.FIRING
