"""Outside calendars: what counts as time off, who is on call by one, and what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.calendar import CalendarEvent, is_time_off, on_call_spans
from bot.ingest.calendar import BadCalendar, events
from tests.company import company

START = datetime(2026, 11, 21, tzinfo=UTC)
END = START + timedelta(days=30)


def written(*components: str) -> bytes:
    inner = "\r\n".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\n{text}\r\nEND:VEVENT" for n, text in enumerate(components)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{inner}\r\nEND:VCALENDAR\r\n".encode()


def test_days_are_days_of_the_persons_zone() -> None:
    body = written("DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261126\r\nSUMMARY:Vacation")
    (event,) = events(body, START, END, "America/New_York")
    assert (event.starts_at, event.ends_at) == (
        datetime(2026, 11, 24, 5, tzinfo=UTC),
        datetime(2026, 11, 26, 5, tzinfo=UTC),
    )


def test_each_day_of_a_series_is_an_event_and_a_cancelled_one_is_none() -> None:
    weekly = "DTSTART:20261123T090000Z\r\nDTEND:20261123T170000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:Ana"
    gone = "DTSTART:20261123T090000Z\r\nDTEND:20261123T170000Z\r\nSTATUS:CANCELLED\r\nSUMMARY:Bob"
    found = events(written(weekly, gone), START, END, "UTC")
    assert [(event.title, event.starts_at.day) for event in found] == [("Ana", 23), ("Ana", 30), ("Ana", 7)]


@pytest.mark.parametrize(
    ("title", "away"),
    [
        ("Out of office", True),
        ("Vacation in Rome", True),
        ("ana: PTO", True),
        ("Annual leave", True),
        ("Away", True),
        ("Standup", False),
        ("Talk about giveaways", False),
        ("1:1 with Bob", False),
        ("", False),
    ],
)
def test_only_what_says_so_is_time_off(title: str, away: bool) -> None:
    assert is_time_off(CalendarEvent("1", title, START, END)) is away


def test_outlook_says_out_of_office_by_itself() -> None:
    body = written(
        "DTSTART:20261123T090000Z\r\nDTEND:20261123T170000Z\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nSUMMARY:Dentist"
    )
    assert is_time_off(events(body, START, END, "UTC")[0])


@pytest.mark.parametrize("title", ["Ana", "ana", "@ana", "On call: Ana", "Ana / primary", "Ana - on call"])
def test_a_title_names_somebody(title: str) -> None:
    found = on_call_spans([CalendarEvent("1", title, START, END)], company().people)
    assert [span.person for span in found.spans] == ["ana"]


def test_several_are_on_call_together_and_strangers_are_told() -> None:
    both = CalendarEvent("1", "Ana and Bob", START, END)
    stranger = CalendarEvent("2", "Zoe", START, END)
    found = on_call_spans([both, stranger], company().people)
    assert [span.person for span in found.spans] == ["ana", "bob"]
    assert found.unknown == ("Zoe",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in</html>",
        b"\xff\xfe",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        written("DTSTART:20261123T090000Z\r\nDTEND:20261123T170000Z\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:x"),
        written("SUMMARY:no time at all"),
    ],
)
def test_what_is_no_calendar_is_refused_or_empty(body: bytes) -> None:
    try:
        assert events(body, START, END, "UTC") == ()
    except BadCalendar as problem:
        assert str(problem).endswith(".")
