"""What outside calendars say of people: who is away, and who is on call. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NewType

from bot.core.catalogue import Person
from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule import CalendarSpan

CalendarId = NewType("CalendarId", int)

READ_EVERY = timedelta(minutes=15)
BACK, AHEAD = timedelta(days=7), timedelta(days=366)
"""How much of a calendar is kept, around now."""
TELL_AFTER = timedelta(hours=1)
"""So long a calendar that was read before may fail until somebody hears of it."""

_AWAY = re.compile(
    r"\b(out of (the )?office|ooo|vacation|holidays?|annual leave|parental leave|sick( leave)?|on leave|leave|pto|"
    r"time off|day off|away|urlaub|abwesend|vacaciones|congés?)\b",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"\s*(?:[,;:&/|+]|\band\b|\s[-–—]\s)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class CalendarEvent:
    """One event, of a series each of its days; `starts_at` to `ends_at` in UTC."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    attendees: tuple[str, ...] = ()
    """E-mail addresses, lower case."""
    out_of_office: bool = False
    """The calendar itself says so."""


def is_time_off(event: CalendarEvent) -> bool:
    """Whether an event of somebody's own calendar means that they are away: it says so, or its title does.

    Meetings stand in the same calendar, so an event that says nothing of the kind does not count.
    """
    return event.out_of_office or _AWAY.search(event.title) is not None


@dataclass(frozen=True)
class Found:
    """Who is on call by a calendar, and the titles that name nobody we know."""

    spans: tuple[CalendarSpan, ...]
    unknown: tuple[str, ...]


def on_call_spans(events: Iterable[CalendarEvent], people: Mapping[PersonId, Person]) -> Found:
    """A title is a person's id, name or Slack handle, or several of them; an attendee's e-mail address counts too."""
    names = {
        name.casefold().lstrip("@"): person.id
        for person in people.values()
        for name in (person.slack, person.name, person.id)
        if name
    }
    spans: dict[CalendarSpan, None] = {}
    unknown: dict[str, None] = {}
    for event in events:
        written = [*_SEPARATORS.split(event.title), *event.attendees]
        found = [names[word] for one in written if (word := one.strip().casefold().lstrip("@")) in names]
        if not found:
            unknown[event.title or "an event without a title"] = None
        for person in found:
            spans[CalendarSpan(person, event.starts_at, event.ends_at)] = None
    return Found(tuple(spans), tuple(unknown))
