"""Whatever bytes arrive: one sentence that refuses them, or alerts that can be shown, stored and sent on."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.catalogue import Integration
from bot.ingest.sources import BadAlert, decode, parse, parse_body
from bot.ingest.sources.generic import KNOWN
from tests.ingest.captured import ALERTMANAGER, GENERIC, SLACK, body, message, slack_event

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)

NAMES = st.sampled_from([*KNOWN, "alerts", "labels", "receiver", "text", "attachments", "", "\x00"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**70)
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(
        ["firing", "resolved", "2026-11-21T02:47:00Z", "0001-01-01T00:00:00Z", "\ud800", "a\x00b"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=8,
)
OURS = st.fixed_dictionaries(
    {"title": st.text(min_size=1) | JSON}, optional={name: JSON for name in KNOWN[:3]}
)
EVENTS = st.fixed_dictionaries(
    {"type": st.just("message"), "channel": st.just("C1")},
    optional={
        "text": st.text() | JSON,
        "attachments": JSON,
        "blocks": JSON,
        "username": JSON,
        "bot_profile": JSON,
    },
)
BLOCKS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["rich_text", "section", "context", "header"])},
        optional={"text": JSON, "elements": JSON, "fields": JSON},
    ),
    max_size=3,
)
CAPTURED: list[Any] = [
    *(orjson.loads(body(f"am025_webhook_{state}")) for state in ("firing", "resolved")),
    *(slack_event(f"am025_slack_default_{state}") for state in ("firing", "resolved")),
]


def as_bytes(value: Any) -> bytes:
    """JSON as careless senders write it, NaN and lone surrogates included."""
    return json.dumps(value).encode()


def check(integration: Integration, sent: bytes) -> None:
    try:
        alerts = parse_body(integration, sent)
    except BadAlert as problem:
        assert str(problem)
        return
    assert alerts
    for alert in alerts:
        assert 1 <= len(alert.title) <= 500
        assert alert.title.strip()
        assert alert.dedup_key is None or 1 <= len(alert.dedup_key) <= 500
        text = json.dumps(dataclasses.asdict(alert), default=str, ensure_ascii=False, allow_nan=False)
        text.encode()  # a lone surrogate has no bytes
        assert "\\u0000" not in text.replace("\\\\", "")
        orjson.dumps(dataclasses.asdict(alert))
    assert parse_body(integration, sent) == alerts


@given(st.binary(max_size=200), st.sampled_from([GENERIC, ALERTMANAGER, SLACK]))
@settings(quick, max_examples=4_000)
def test_any_bytes(sent: bytes, integration: Integration) -> None:
    check(integration, sent)


@given(JSON | OURS | st.lists(OURS, max_size=3))
@settings(quick, max_examples=1_200)
def test_any_json(value: Any) -> None:
    check(GENERIC, as_bytes(value))


@given(EVENTS | BLOCKS.map(lambda blocks: message(blocks=blocks)))
@settings(quick, max_examples=400)
def test_any_slack_message(event: Any) -> None:
    check(SLACK, as_bytes(event))


@given(st.data())
@settings(quick, max_examples=400)
def test_a_captured_body_with_one_value_changed(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from(CAPTURED))
    changed = data.draw(mutated(original))
    for integration in (ALERTMANAGER, SLACK):
        check(integration, as_bytes(changed))


@given(st.sampled_from(CAPTURED), st.integers(0, 4_000), st.binary(min_size=1, max_size=4))
@settings(quick, max_examples=4_000)
def test_a_captured_body_with_bytes_overwritten(value: Any, at: int, noise: bytes) -> None:
    sent = as_bytes(value)
    at %= len(sent)
    check(ALERTMANAGER, sent[:at] + noise + sent[at + len(noise) :])


def mutated(value: Any) -> st.SearchStrategy[Any]:
    """The value with something else in one place, at any depth."""
    options = [JSON]
    if isinstance(value, dict):
        options += [in_place(value, key, inner) for key, inner in value.items()]
    if isinstance(value, list) and value:
        options.append(mutated(value[0]).map(lambda new: [new, *value[1:]]))
    return st.one_of(options)


def in_place(value: dict[str, Any], key: str, inner: Any) -> st.SearchStrategy[Any]:
    return mutated(inner).map(lambda new: value | {key: new})


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf",
        b"title=x",
        b'{"title": "x"',
        b"{'title': 'x'}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 62 + b"]" * 62,
        b"[" * 500 + b"]" * 500,
        b"\xff\xfe\x00",
    ],
    ids=lambda sent: repr(sent[:12]),
)
def test_what_is_not_json_is_refused_in_a_sentence(sent: bytes) -> None:
    with pytest.raises(BadAlert) as problem:
        decode(sent)
    assert len(str(problem.value)) < 200
    assert problem.value.field == ""


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        (b'\xef\xbb\xbf{"title": "with a mark"}', "with a mark"),
        (b'{"title": "caf\xe9"}', "caf\ufffd"),
        ('{"title": "sixteen"}'.encode("utf-16"), "sixteen"),
        (b'{"title": "first", "title": "second"}', "second"),
        (b'{"title": "half \\ud800 pair"}', "half ? pair"),
        (b'{"title": "nul \\u0000byte"}', "nul byte"),
        (b'{"title": "two\nlines"}', "two lines"),
        (b'{"title": "x", "value": NaN, "other": -Infinity}', "x"),
        (b'{"title": "x", "value": 1e999}', "x"),
        (b'{"title": "x", "value": ' + b"9" * 100_000 + b"}", "x"),
        (b'{"title": "x", "": {"": ""}}', "x"),
        (b'{"title": "x", "a": ' + b"[" * 58 + b"]" * 58 + b"}", "x"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_only_a_little_wrong_is_taken(sent: bytes, title: str) -> None:
    (alert,) = parse(GENERIC, decode(sent))
    assert alert.title == title
    check(GENERIC, sent)


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        (b"[NaN, Infinity]", ["NaN", "Infinity"]),
        (b"[1e999, 1e5]", ["1e999", 100_000.0]),
        (b"[18446744073709551615, 9223372036854775807]", ["18446744073709551615", 2**63 - 1]),
        (b"[-9223372036854775808]", [-(2**63)]),
    ],
)
def test_numbers_that_no_database_takes_are_kept_as_text(sent: bytes, value: object) -> None:
    assert decode(sent) == value
