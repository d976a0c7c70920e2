"""An iCalendar body (RFC 5545) to events, series laid out, by the libraries made for it. Pure.

They are imported with the first calendar: many a company has none, and a start does not wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.calendar import CalendarEvent
from bot.core.schedule import wall_clock
from bot.errors import TocsinError

MOST_EVENTS = 5_000
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
"""Nobody is away each minute: such a series would take for ever to lay out."""


class BadCalendar(TocsinError):
    """What an address answered is no calendar that can be read; the text says why."""


def events(body: bytes, start: datetime, end: datetime, zone: str) -> tuple[CalendarEvent, ...]:
    """The events that touch the span, each of a series by itself; days and floating times are those of `zone`.

    Takes a while for a large calendar, and for the first one: call it in a thread. Raises `BadCalendar`.
    """
    import recurring_ical_events
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(body)
    except (ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise BadCalendar("What the address answered is not a calendar.") from error
    _refuse_endless(calendar)
    here = ZoneInfo(zone)
    found: list[CalendarEvent] = []
    try:
        for one in recurring_ical_events.of(calendar).between(start, end):
            found += _event(one, here)
            if len(found) > MOST_EVENTS:
                raise BadCalendar(f"The calendar has more than {MOST_EVENTS} events in a year.")
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise BadCalendar("The calendar has an event that cannot be read.") from error
    return tuple(sorted(found, key=lambda event: (event.starts_at, event.uid)))


def _refuse_endless(calendar: Any) -> None:
    for event in calendar.walk("VEVENT"):
        rule = event.get("RRULE") or {}
        rules = rule if isinstance(rule, list) else [rule]
        if any(str(each).upper() in TOO_OFTEN for one in rules for each in one.get("FREQ", [])):
            raise BadCalendar("The calendar has an event that repeats more often than daily.")


def _event(event: Any, zone: ZoneInfo) -> Iterator[CalendarEvent]:
    """None for one that was cancelled or has no length."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    starts_at, ends_at = _instant(event["DTSTART"].dt, zone), _instant(event["DTEND"].dt, zone)
    if ends_at <= starts_at:
        return
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    yield CalendarEvent(
        uid=str(event.get("UID", "")),
        title=str(event.get("SUMMARY", "")).strip()[:500],
        starts_at=starts_at,
        ends_at=ends_at,
        attendees=tuple(_addresses(event.get("ATTENDEE", []))),
        out_of_office=busy == "OOF",
    )


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        return wall_clock(at, time(0), zone)
    if at.tzinfo is None:
        return wall_clock(at.date(), at.time(), zone)
    return at.astimezone(UTC)


def _addresses(attendees: Any) -> Iterator[str]:
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        yield str(attendee).casefold().removeprefix("mailto:")
