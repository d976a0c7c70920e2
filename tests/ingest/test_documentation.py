"""`docs/alert-sources.md` says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.core.alert import AlertStatus
from bot.ingest import http
from bot.ingest.sources import body as bodies
from bot.ingest.sources import fields, parse_body
from bot.ingest.sources.generic import KNOWN
from tests.ingest.captured import GENERIC, SLACK, message

PAGE = (Path(__file__).parents[2] / "docs" / "alert-sources.md").read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_the_table_of_fields_is_what_is_read() -> None:
    named = re.findall(r"^\| `(\w+)` \|", section("With curl, from any script"), re.MULTILINE)
    assert sorted(named) == sorted(KNOWN)


def test_the_examples_for_curl_are_taken() -> None:
    first, second = (
        parse_body(GENERIC, example.encode())[0]
        for example in re.findall(r"-d '(.*)'", section("With curl, from any script"))
    )
    assert first.dedup_key == second.dedup_key
    assert (first.status, second.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)


@pytest.mark.parametrize(
    "said",
    [
        f"{http.LARGEST_BODY // 1024} KB",
        f"{http.MOST_ALERTS:,} alerts",
        f"{http.BODY_WITHIN_SECONDS:g} s",
        f"{bodies.DEEPEST} levels",
        f"{fields.LONGEST_TITLE} characters",
        f"{fields.LONGEST_DESCRIPTION:,} characters",
        f"{fields.MOST_LINKS} at most",
    ],
)
def test_the_limits_are_said(said: str) -> None:
    assert said in PAGE


def test_what_is_said_to_be_resolved_is() -> None:
    examples = re.findall(r"`([^`]*…[^`]*)`", section("Any bot or incoming webhook in Slack"))
    assert len(examples) >= 8
    for example in examples:
        text = example.replace("…", "disk full")
        (alert,) = parse_body(SLACK, json.dumps(message(text=text)).encode())
        assert alert.status is AlertStatus.RESOLVED, text
