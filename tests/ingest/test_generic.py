"""Tocsin's own JSON, its mistakes, and any other JSON, which is shown raw."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.core.alert import AlertStatus, IncomingAlert, Link
from bot.ingest.sources import BadAlert, parse, parse_body
from bot.ingest.sources.generic import KNOWN
from tests.ingest.captured import GENERIC, body

WHOLE = {
    "dedup_key": "disk-db1",
    "status": "firing",
    "starts_at": "2026-11-21T03:47:00.123456789+01:00",
    "title": "Disk  full\non db1",
    "description": "92 % ✓ <b>&amp;</b>",
    "service": "database",
    "severity": "critical",
    "source": "cron",
    "tags": {"host": "db1", "tier": 1, "old": None},
    "links": [{"text": "Graph", "url": "https://g.example/x|y"}, {"url": "javascript:alert(1)"}],
    "payload": {"df": [1, 2]},
    "extra": {"kept": True},
}


def read(payload: object) -> IncomingAlert:
    (only,) = parse(GENERIC, payload)
    return only


def test_every_field_is_taken_over() -> None:
    assert read(WHOLE) == IncomingAlert(
        title="Disk full on db1",
        status=AlertStatus.FIRING,
        dedup_key="disk-db1",
        description="92 % ✓ <b>&amp;</b>",
        service="database",
        severity="critical",
        source="cron",
        starts_at=datetime(2026, 11, 21, 2, 47, 0, 123456, UTC),
        tags={"host": "db1", "tier": "1", "old": "null"},
        links=(Link("Graph", "https://g.example/x%7Cy"),),
        payload={"df": [1, 2], "extra": {"kept": True}},
    )


def test_a_title_is_enough() -> None:
    assert read({"title": "x"}) == IncomingAlert(title="x")


@pytest.mark.parametrize("field", [name for name in KNOWN if name != "title"])
def test_null_is_a_field_that_is_not_there(field: str) -> None:
    assert read({"title": "x", field: None}) == IncomingAlert(title="x")


def test_a_list_is_an_alert_for_each() -> None:
    alerts = parse(GENERIC, [{"title": "a"}, {"title": "b", "status": "resolved"}, {"message": "c"}])
    assert [alert.title for alert in alerts] == ["a", "b", "Generic"]
    assert [alert.status for alert in alerts] == [
        AlertStatus.FIRING,
        AlertStatus.RESOLVED,
        AlertStatus.FIRING,
    ]


def test_a_key_is_resolved_without_its_title() -> None:
    alert = read({"dedup_key": "disk-db1", "status": "resolved"})
    assert (alert.dedup_key, alert.status, alert.title) == ("disk-db1", AlertStatus.RESOLVED, "Generic")


def test_long_keys_that_differ_at_the_end_stay_different() -> None:
    keys = {read({"title": "x", "dedup_key": "k" * 2_000 + end}).dedup_key for end in "ab"}
    assert len(keys) == 2
    assert all(key and len(key) <= 500 for key in keys)


def test_a_long_title_is_cut_and_kept_whole_in_the_payload() -> None:
    alert = read({"title": "x" * 501})
    assert (alert.title, alert.payload) == ("x" * 500, {"title": "x" * 501})


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21T02:47:00Z", datetime(2026, 11, 21, 2, 47, tzinfo=UTC)),
        ("2026-11-21T02:47:00", datetime(2026, 11, 21, 2, 47, tzinfo=UTC)),
        ("2026-11-20T21:47:00-05:00", datetime(2026, 11, 21, 2, 47, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),  # how Go writes a time that is not set
        ("", None),
    ],
)
def test_a_start_is_an_instant(text: str, at: datetime | None) -> None:
    assert read({"title": "x", "starts_at": text}).starts_at == at


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example", "http://", "https://[", "x", "", "https://x.example/" + "x" * 2_000, "http://a\nb"],
)
def test_an_address_that_may_not_be_shown_is_left_out(url: str) -> None:
    assert read({"title": "x", "links": [{"url": url}]}).links == ()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \n\t "}, "title"),
        ({"title": "\u200b\u2060"}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"title": ["x"]}, "title"),
        ({"title": "x", "dedup_key": 5}, "dedup_key"),
        ({"title": "x", "status": "ok"}, "status"),
        ({"title": "x", "status": True}, "status"),
        ({"title": "x", "status": []}, "status"),
        ({"title": "x", "starts_at": 1795250027}, "starts_at"),
        ({"title": "x", "starts_at": "yesterday"}, "starts_at"),
        ({"title": "x", "starts_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
        ({"title": "x", "description": {}}, "description"),
        ({"title": "x", "service": ["checkout"]}, "service"),
        ({"title": "x", "severity": 1}, "severity"),
        ({"title": "x", "source": False}, "source"),
        ({"title": "x", "tags": ["a"]}, "tags"),
        ({"title": "x", "links": {"url": "https://x.example"}}, "links"),
        ({"title": "x", "links": ["https://x.example"]}, "links"),
        ({"title": "x", "links": [{"text": "Graph"}]}, "links"),
        ({"title": "x", "links": [{"text": 5, "url": "https://x.example"}]}, "links"),
        ({"title": "x", "payload": "x"}, "payload"),
    ],
)
def test_a_mistake_names_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadAlert) as problem:
        parse(GENERIC, wrong)
    assert problem.value.field == field
    assert str(problem.value).endswith(".")
    with pytest.raises(BadAlert, match="Alert 2 of the list") as listed:
        parse(GENERIC, [{"title": "fine"}, wrong])
    assert listed.value.field == field


@pytest.mark.parametrize("nothing", [{}, [], "", None])
def test_what_says_nothing_is_refused(nothing: object) -> None:
    with pytest.raises(BadAlert):
        parse(GENERIC, nothing)


@pytest.mark.parametrize(
    "payload",
    [
        {"message": "x"},
        {"message": "x", "status": "resolved"},
        {"": ""},
        {"a": {"b": [{"c": [1, 2.5, None, True]}]}},
        [1, 2],
        [[]],
        [{"title": "x"}, 5],
        "down",
        0,
        False,
        3.5,
    ],
)
def test_any_other_json_is_shown_raw_under_the_integrations_name(payload: object) -> None:
    alert = read(payload)
    assert (alert.title, alert.status) == ("Generic", AlertStatus.FIRING)
    assert orjson.loads(alert.description) == payload
    assert alert.payload == (payload if isinstance(payload, dict) else {"body": payload})


def test_two_unknown_bodies_are_two_problems_and_the_same_one_again_is_one() -> None:
    first, again, other = (
        read(payload).dedup_key for payload in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 3})
    )
    assert first == again != other


def test_a_large_unknown_body_is_cut_for_showing_and_kept_whole() -> None:
    alert = read({"message": "x" * 100_000})
    assert len(alert.description) == 20_000
    assert alert.payload == {"message": "x" * 100_000}


def test_a_body_of_a_shape_without_a_leaf_is_shown_raw() -> None:
    (alert,) = parse_body(GENERIC, body("prometheus242_api_v2_alerts_firing"))[:1]
    assert alert.title == "Generic"
    assert "HighErrorRate" in alert.description or "alertname" in alert.description


def test_a_key_of_blanks_is_none() -> None:
    assert read({"title": "x", "dedup_key": "  "}).dedup_key is None
    assert read({"title": "x", "dedup_key": " a "}).dedup_key == "a"
