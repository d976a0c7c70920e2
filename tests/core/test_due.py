"""When something is due, as people say it, in their own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.due import due_at, looks_like_a_time

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)  # a Saturday, 03:47 in Berlin


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("in 2 h", "2026-11-21T04:47"),
        ("in 45 min", "2026-11-21T03:32"),
        ("in 3 days", "2026-11-24T02:47"),
        ("in 1 week", "2026-11-28T02:47"),
        ("15:00", "2026-11-21T14:00"),
        ("at 15", "2026-11-21T14:00"),
        ("3:30 pm", "2026-11-21T14:30"),
        ("12 am", "2026-11-21T23:00"),  # midnight in Berlin is today's 23:00 UTC
        ("03:00", "2026-11-22T02:00"),  # over for today
        ("today", "2026-11-21T16:00"),
        ("tomorrow", "2026-11-22T16:00"),
        ("Tomorrow 9:30", "2026-11-22T08:30"),
        ("by tomorrow at 9", "2026-11-22T08:00"),
        ("fri", "2026-11-27T16:00"),
        ("on friday 14:00", "2026-11-27T13:00"),
        ("sat 03:00", "2026-11-28T02:00"),  # today's is over
        ("sat 20:00", "2026-11-21T19:00"),
        ("2026-11-25", "2026-11-25T16:00"),
        ("2026-11-25 14:00", "2026-11-25T13:00"),
        ("2027-07-01 09:00.", "2027-07-01T07:00"),  # summer time
    ],
)
def test_a_time_is_understood(words: str, expected: str) -> None:
    assert due_at(words, NOW, BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "15",
        "25:00",
        "9:75",
        "13 pm",
        "2026-13-01",
        "2026-11-20",
        "in two hours",
        "month",
        "on",
        "f",
    ],
)
def test_what_names_no_coming_time_is_none(words: str) -> None:
    assert due_at(words, NOW, BERLIN) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tomorrow", True),
        ("in two ours", True),
        ("friady", True),
        ("yesterday", True),
        ("25:00", True),
        ("diligence", False),
        ("", False),
    ],
)
def test_a_mistyped_time_is_told_from_a_text(words: str, expected: bool) -> None:
    assert looks_like_a_time(words) is expected
