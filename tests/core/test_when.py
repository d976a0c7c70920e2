"""Times as people type them; the clock says Saturday 21 November 2026, 02:47 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import when

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
MADRID = "Europe/Madrid"  # one hour ahead: 03:47


def shown(at: datetime | None) -> str | None:
    return at.strftime("%a %d %b %Y %H:%M") if at else None


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("now", "Sat 21 Nov 2026 02:47"),
        ("tomorrow 9am", "Sun 22 Nov 2026 08:00"),
        ("tomorrow at 9", "Sun 22 Nov 2026 08:00"),
        ("9:30 tomorrow", "Sun 22 Nov 2026 08:30"),
        ("tomorrow", "Sun 22 Nov 2026 08:00"),
        ("tonight", "Sat 21 Nov 2026 19:00"),
        ("today 18:00", "Sat 21 Nov 2026 17:00"),
        ("14:30", "Sat 21 Nov 2026 13:30"),
        ("3am", "Sun 22 Nov 2026 02:00"),  # today's is past
        ("12am", "Sat 21 Nov 2026 23:00"),
        ("12 pm", "Sat 21 Nov 2026 11:00"),
        ("noon", "Sat 21 Nov 2026 11:00"),
        ("monday", "Mon 23 Nov 2026 08:00"),
        ("on Mon at 17:00", "Mon 23 Nov 2026 16:00"),
        ("saturday 10:00", "Sat 21 Nov 2026 09:00"),
        ("sat 3:00", "Sat 28 Nov 2026 02:00"),  # today's is past
        ("next monday 9am", "Mon 23 Nov 2026 08:00"),
        ("next saturday", "Sat 28 Nov 2026 08:00"),
        ("in 2 hours", "Sat 21 Nov 2026 04:47"),
        ("in 90 min", "Sat 21 Nov 2026 04:17"),
        ("2026-12-25 03:00", "Fri 25 Dec 2026 02:00"),
        ("25 dec 03:00", "Fri 25 Dec 2026 02:00"),
        ("December 25 at 3am", "Fri 25 Dec 2026 02:00"),
        ("3 jan", "Sun 03 Jan 2027 08:00"),
        ("3 january 2028 12:00", "Mon 03 Jan 2028 11:00"),
        ("29 march 2026 02:30", "Sun 29 Mar 2026 01:00"),  # skipped by the clocks: the first instant after
        ("25 october 2026 02:30", "Sun 25 Oct 2026 00:30"),  # there twice: the first
    ],
)
def test_an_instant(text: str, utc: str) -> None:
    assert shown(when.instant(text, NOW, MADRID)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "25:00",
        "13pm",
        "9 potatoes",
        "tomorrow payments",
        "2026-02-30",
        "11/12",
        "in",
        "31 feb",
        "9",
    ],
)
def test_what_is_no_instant_is_not_guessed(text: str) -> None:
    assert when.instant(text, NOW, MADRID) is None


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("saturday 10:00-18:00", "Sat 21 Nov 2026 09:00", "Sat 21 Nov 2026 17:00"),
        ("sat 10am to 6pm", "Sat 21 Nov 2026 09:00", "Sat 21 Nov 2026 17:00"),
        ("from fri 18:00 until mon 9am", "Fri 27 Nov 2026 17:00", "Mon 30 Nov 2026 08:00"),
        ("tomorrow", "Sat 21 Nov 2026 23:00", "Sun 22 Nov 2026 23:00"),
        ("mon to wed", "Sun 22 Nov 2026 23:00", "Wed 25 Nov 2026 23:00"),
        ("now for 2 h", "Sat 21 Nov 2026 02:47", "Sat 21 Nov 2026 04:47"),
        ("for 90 min", "Sat 21 Nov 2026 02:47", "Sat 21 Nov 2026 04:17"),
        ("until 18:00", "Sat 21 Nov 2026 02:47", "Sat 21 Nov 2026 17:00"),
        ("until monday 9:00", "Sat 21 Nov 2026 02:47", "Mon 23 Nov 2026 08:00"),
        ("tomorrow 22:00 - 06:00", "Sun 22 Nov 2026 21:00", "Mon 23 Nov 2026 05:00"),
        ("24 dec - 26 dec", "Wed 23 Dec 2026 23:00", "Sat 26 Dec 2026 23:00"),
        ("2026-12-24 09:00 to 2026-12-25 09:00", "Thu 24 Dec 2026 08:00", "Fri 25 Dec 2026 08:00"),
    ],
)
def test_a_span(text: str, begins: str, ends: str) -> None:
    found = when.span(text, NOW, MADRID)
    assert found is not None
    assert (shown(found[0]), shown(found[1])) == (begins, ends)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9am",
        "sat 10:00",
        "18:00 until",
        "for ever",
        "mon 9:00 to 2026-11-20",
        "bob to carol",
        "sat 10:00-10:00",
    ],
)
def test_what_is_no_span_is_not_guessed(text: str) -> None:
    assert when.span(text, NOW, MADRID) is None


@pytest.mark.parametrize(
    ("text", "lasts"),
    [
        ("2 h", timedelta(hours=2)),
        ("90 min", timedelta(minutes=90)),
        ("1h30m", timedelta(hours=1.5)),
        ("1.5 hours", timedelta(hours=1.5)),
        ("2 days and 3 hours", timedelta(days=2, hours=3)),
        ("1 week", timedelta(days=7)),
        ("0 min", None),
        ("2", None),
        ("ever", None),
        ("500 days", None),
    ],
)
def test_a_length_of_time(text: str, lasts: timedelta | None) -> None:
    assert when.duration(text) == lasts


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    when.instant(text, NOW, MADRID)
    when.duration(text)
    found = when.span(text, NOW, MADRID)
    assert found is None or found[0] < found[1]


@given(st.integers(min_value=0, max_value=4 * 365 * 24 * 60))
def test_an_iso_time_is_itself(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert when.instant(at.strftime("%Y-%m-%d %H:%M"), NOW, "UTC") == at
