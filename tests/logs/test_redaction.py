"""What looks like a secret is not written, wherever it stands; what doesn't is."""

from __future__ import annotations

import pytest

from bot.redaction import HIDDEN, Redaction

SECRETS = [
    ("token xoxb-12-34-abcDEF refused", "xoxb-12-34-abcDEF"),
    ('{"token": "xapp-1-A0-99-deadbeef"}', "xapp-1-A0-99-deadbeef"),
    ("Bearer xoxp-1-2-3", "xoxp-1-2-3"),
    ("xoxe.xoxp-1-Mi0yLTE", "xoxp-1-Mi0yLTE"),
    ("GET /v1/alerts/s3cret-token HTTP/1.1", "s3cret-token"),
    ("https://tocsin.example.com/v1/alerts/s3cret?x=1", "s3cret"),
    ("https://hooks.slack.com/services/T0/B0/abcdef", "T0/B0/abcdef"),
    ("https://hooks.slack.com/commands/T0/1/zyx said 404", "T0/1/zyx"),
    ("'response_url': 'https://example.com/answer/99'", "answer/99"),
    (r"{\"response_url\": \"http://127.0.0.1:8900/response/T0/abc\"}", "T0/abc"),
    ("http://127.0.0.1:8900/response/T0SANDBOX/k3y", "T0SANDBOX/k3y"),
    ("wss://wss-primary.slack.com/link/?ticket=8f2a&app_id=1", "8f2a"),
    ("postgresql+asyncpg://tocsin:pa55word@db/tocsin", "pa55word"),
    ("https://user:pa55word@example.com/x", "pa55word"),
    ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    ("https://example.com/feed?token=f33d&x=1", "f33d"),
]


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_a_secret_is_hidden_and_the_rest_of_the_line_stands(line: str, secret: str) -> None:
    clean = Redaction().clean(line)
    assert secret not in clean
    assert HIDDEN in clean
    assert clean.partition(HIDDEN)[0] == line[: len(clean.partition(HIDDEN)[0])]


@pytest.mark.parametrize(
    "line",
    [
        "P-12 is triggered and its next step was due 2026-11-21 02:47:00+00:00",
        '{"key": "page:1:notification:1", "url": "https://example.com/a?b=c"}',
        "POST /v1/alerts/{token}".replace("{token}", ""),
        "sqlite+aiosqlite:///data/tocsin.db",
        "postgresql+asyncpg://db.example.com:5432/tocsin",
        "see https://api.slack.com/apps and mail ana@example.com",
    ],
)
def test_what_is_no_secret_is_written_as_it_is(line: str) -> None:
    assert Redaction().clean(line) == line


def test_a_known_secret_is_hidden_without_looking_like_one() -> None:
    redaction = Redaction()
    redaction.hide("correct horse battery", "no", "")
    assert redaction.clean("no: correct horse battery!") == f"no: {HIDDEN}!"
