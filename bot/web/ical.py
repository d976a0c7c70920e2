"""A feed as iCalendar (RFC 5545), written by the icalendar library, which is imported with the first feed. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.feed import FeedEvent, FeedView

if TYPE_CHECKING:
    from icalendar import Event

READ_AGAIN_AFTER = timedelta(minutes=15)


def ical(view: FeedView, now: datetime) -> bytes:
    """The whole calendar; `now` is when it is written. The first takes a while: call it in a thread."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Tocsin//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", view.name)
    calendar.add("x-wr-timezone", view.time_zone)
    calendar.add("refresh-interval", READ_AGAIN_AFTER, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for event in view.events:
        calendar.add_component(_event(event, now))
    written: bytes = calendar.to_ical()
    return written


def _event(shift: FeedEvent, now: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", _uid(shift))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", shift.starts_at.astimezone(UTC))
    event.add("dtend", shift.ends_at.astimezone(UTC))
    event.add("summary", f"{', '.join(shift.names)}: {shift.schedule_name}")
    if shift.reason:
        event.add("description", shift.reason)
    # On call is not busy: meetings may lie on top of it.
    event.add("transp", "TRANSPARENT")
    return event


def _uid(shift: FeedEvent) -> str:
    """The same for the same shift at each reading, so that calendars do not double it."""
    what = f"{shift.schedule}|{shift.starts_at.astimezone(UTC).isoformat()}|{','.join(shift.people)}"
    return f"{hashlib.sha256(what.encode()).hexdigest()[:32]}@tocsin"
