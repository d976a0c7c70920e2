"""When something is due, as people say it: `in 2 h`, `15:00`, `tomorrow 9:30`, `fri`, `2026-11-25 14:00`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.schedule import wall_clock

EXAMPLES = "in 2 h, 15:00, tomorrow 9:30, fri 14:00 or 2026-11-25"
END_OF_DAY = time(17, 0)
"""When only a day is said."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AFTER = re.compile(r"in (\d{1,4}) ?(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)")
_CLOCK = re.compile(r"(?:at )?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm|h)?")
_DAY = re.compile(r"(?:on |next )?([a-z]{3,9}|\d{4}-\d{2}-\d{2})(?:[, ]+(.+))?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def due_at(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant that `words` name for somebody in `zone`; None when they name none that is still to come.

    A time without a day is the next such time; a day without a time is due at 17:00 of it.
    """
    said = " ".join(words.lower().strip(" .").removeprefix("by ").split())
    if after := _AFTER.fullmatch(said):
        return now + timedelta(**{_UNITS[after[2][0]]: int(after[1])})
    today = now.astimezone(zone).date()
    if (at := _clock(said)) is not None:
        soon = wall_clock(today, at, zone)
        return soon if soon > now else wall_clock(today + timedelta(days=1), at, zone)
    found = _DAY.fullmatch(said)
    day = _day(found[1], today) if found else None
    clock = _clock(found[2]) if found and found[2] else END_OF_DAY
    if day is None or clock is None:
        return None
    due = wall_clock(day, clock, zone)
    if due <= now and found and found[1][:3] in _DAYS:
        due = wall_clock(day + timedelta(days=7), clock, zone)
    return due if due > now else None


def looks_like_a_time(words: str) -> bool:
    """Whether somebody means a time by `words`, be it one that is understood: "in two ours", but not "diligence"."""
    first = words.lower().split()[0] if words.split() else ""
    return (
        bool(re.match(r"\d|(in|by|at|on|next|today|tonight|tomorrow|yesterday)$", first))
        or first[:3] in _DAYS
    )


def _day(word: str, today: date) -> date | None:
    if word in ("today", "tonight", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    if len(word) > 2 and any(name.startswith(word) for name in _NAMES):
        return today + timedelta(days=(_DAYS.index(word[:3]) - today.weekday()) % 7)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _clock(said: str) -> time | None:
    """`15:00`, `9.30`, `9 am`, `at 15`; a bare number is no time."""
    found = _CLOCK.fullmatch(said)
    if found is None or not (found[2] or found[3] or said.startswith("at ")):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
