"""Times as people type them: `tomorrow 9am`, `sat 10:00-18:00`, `now for 2 h`, `25 dec 03:00`. Pure.

A small closed grammar instead of a library: what it does not understand it refuses, and never guesses a time at which
somebody would be on call. Words are English; a day and month are told apart by the month's name or by ISO 8601, because
`11/12` is two different days in two countries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.frozen import dataclass
from bot.core.schedule import wall_clock

MORNING = time(9)
"""What a day alone means as an instant."""
EVENING = time(20)
"""`tonight`."""
LONGEST = timedelta(days=366)

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_NOISE = frozenset({"at", "on", "the", "of", "from", "this", "o'clock"})
_UNTIL = frozenset({"to", "until", "till", "-", "–", "—"})
_TOKEN = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}(?::\d{2})?|\d+(?:\.\d+)?|[a-z']+|[-–—]", re.IGNORECASE)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)


@dataclass(frozen=True)
class _Read:
    """What a run of words says: a day, a time of day, or both."""

    day: date | None = None
    at: time | None = None
    instant: datetime | None = None
    """Counted from now; then there is neither day nor time."""


def instant(text: str, now: datetime, zone: str) -> datetime | None:
    """The instant that `text` names to somebody in `zone` (an IANA name), in UTC; None when it names none.

    A day alone is its morning. A time alone is the next one; a weekday is the next one, today included while its time
    is to come.
    """
    read = _read(_tokens(text), now, zone)
    return _at(read, now, zone, MORNING) if read else None


def span(text: str, now: datetime, zone: str) -> tuple[datetime, datetime] | None:
    """The span that `text` names, in UTC: `sat 10:00-18:00`, `fri 18:00 until mon 9am`, `tomorrow`, `now for 2 h`.

    A day alone is all of it; the last day of several is included; so are the days of `this weekend` and `next week`.
    None when it names no span, or one of no length.
    """
    tokens = _tokens(text)
    if (named := _days_by_name(tokens, now.astimezone(ZoneInfo(zone)).date())) is not None:
        return _midnight(named[0], zone), _midnight(named[1], zone)
    if "for" in tokens:
        return _lasting(tokens, now, zone)
    ends = next((at for at, token in enumerate(tokens) if token in _UNTIL), None)
    if ends is None:
        read = _read(tokens, now, zone)
        if read is None or read.day is None or read.at is not None:
            return None
        return _from_to(read, read, now, zone)
    first = _read(tokens[:ends], now, zone) if tokens[:ends] else _Read(instant=now)
    last = _read(tokens[ends + 1 :], now, zone, after=first.day if first else None)
    return _from_to(first, last, now, zone) if first and last else None


def _days_by_name(tokens: Sequence[str], today: date) -> tuple[date, date] | None:
    """The first day and the day after the last of a `weekend` (Saturday and Sunday) or `week` (from Monday)."""
    words = [token for token in tokens if token not in _NOISE]
    weeks = 1 if words[:1] == ["next"] else 0
    monday = today + timedelta(days=7 * weeks - today.weekday())
    match words[weeks:]:
        case ["weekend"]:
            return monday + timedelta(days=5), monday + timedelta(days=7)
        case ["week"]:
            return monday, monday + timedelta(days=7)
        case _:
            return None


def _midnight(day: date, zone: str) -> datetime:
    return wall_clock(day, time(0), ZoneInfo(zone))


def duration(text: str) -> timedelta | None:
    """`2 h`, `90 min`, `1h30m`, `2 days`; None when it is no length of time, or more than a year."""
    found = _LENGTH.findall(text)
    left = _LENGTH.sub("", text).replace("and", "").strip(" ,")
    if not found or left:
        return None
    total = 0.0
    for number, unit in found:
        seconds = _unit(unit.lower())
        if seconds is None:
            return None
        total += float(number) * seconds
    return timedelta(seconds=total) if 0 < total <= LONGEST.total_seconds() else None


def _unit(word: str) -> int | None:
    known = {
        "m": ("m", "min", "mins", "minute", "minutes"),
        "h": ("h", "hr", "hrs", "hour", "hours"),
        "d": ("d", "day", "days"),
        "w": ("w", "wk", "week", "weeks"),
    }
    return next((_UNITS[unit] for unit, words in known.items() if word in words), None)


def _tokens(text: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(text)]


def _lasting(tokens: Sequence[str], now: datetime, zone: str) -> tuple[datetime, datetime] | None:
    at = tokens.index("for")
    lasts = duration(" ".join(tokens[at + 1 :]))
    before = tokens[:at]
    read = _read(before, now, zone) if before else _Read(instant=now)
    if lasts is None or read is None:
        return None
    begins = _at(read, now, zone, time(0))
    return begins, begins + lasts


def _from_to(first: _Read, last: _Read, now: datetime, zone: str) -> tuple[datetime, datetime] | None:
    begins = _at(first, now, zone, time(0))
    if last.instant is not None:
        ends = last.instant
    elif last.day is None:
        local = begins.astimezone(ZoneInfo(zone))
        ends = wall_clock(local.date(), last.at or time(0), ZoneInfo(zone))
        if ends < begins:  # over midnight
            ends = wall_clock(local.date() + timedelta(days=1), last.at or time(0), ZoneInfo(zone))
    elif last.at is None:
        ends = wall_clock(last.day + timedelta(days=1), time(0), ZoneInfo(zone))
    else:
        ends = wall_clock(last.day, last.at, ZoneInfo(zone))
    return (begins, ends) if begins < ends else None


def _at(read: _Read, now: datetime, zone: str, otherwise: time) -> datetime:
    if read.instant is not None:
        return read.instant
    here = ZoneInfo(zone)
    if read.day is not None:
        return wall_clock(read.day, read.at or otherwise, here)
    today = now.astimezone(here).date()
    found = wall_clock(today, read.at or otherwise, here)
    return found if found > now else wall_clock(today + timedelta(days=1), read.at or otherwise, here)


def _read(tokens: Sequence[str], now: datetime, zone: str, after: date | None = None) -> _Read | None:
    """Read all of `tokens`; None when one of them is not understood. Days are sought from `after`, else from today."""
    if list(tokens) == ["now"]:
        return _Read(instant=now.astimezone(UTC))
    if tokens and tokens[0] == "in":
        lasts = duration(" ".join(tokens[1:]))
        return _Read(instant=now.astimezone(UTC) + lasts) if lasts else None
    local = now.astimezone(ZoneInfo(zone))
    at, rest = _time(list(tokens))
    day, rest = _day(rest, local, at, after)
    if rest or (day is None and at is None):
        return None
    if at is None and "tonight" in tokens:
        at = EVENING
    return _Read(day, at)


def _time(tokens: list[str]) -> tuple[time | None, list[str]]:
    """The time of day among the words, and the others."""
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        others = tokens[:place] + tokens[place + 1 :]
        if token in _TIMES:
            return _TIMES[token], others
        if ":" in token:
            hour, minute = (int(part) for part in token.split(":")[:2])
            half = following if following in ("am", "pm") else ""
            return _clock(hour, minute, half), tokens[:place] + tokens[place + 1 + bool(half) :]
        if token.isdigit() and following in ("am", "pm"):
            return _clock(int(token), 0, following), tokens[:place] + tokens[place + 2 :]
        if token.isdigit() and place and tokens[place - 1] == "at" and len(token) < 3:
            return _clock(int(token), 0, ""), others
    return None, tokens


def _clock(hour: int, minute: int, half: str) -> time | None:
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(
    tokens: list[str], local: datetime, at: time | None, after: date | None
) -> tuple[date | None, list[str]]:
    """The day among the words, and the others without those that say nothing."""
    words = [token for token in tokens if token not in _NOISE]
    found = _day_of(words, local, at, after) if words else None
    return found, [] if found else words


def _day_of(words: Sequence[str], local: datetime, at: time | None, after: date | None) -> date | None:
    today = local.date()
    near = {"today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "yesterday": -1}
    match words:
        case [word] if word in near:
            return today + timedelta(days=near[word])
        case [word] if (weekday := _named(word, _DAYS)) is not None:
            return _weekday(weekday, local, at, after)
        case ["next", word] if (weekday := _named(word, _DAYS)) is not None:
            return today + timedelta(days=7 - today.weekday() + weekday)
        case [word] if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
            return _date(*(int(part) for part in word.split("-")))
        case [one, other] if one.isdigit() != other.isdigit():
            number, month = (one, other) if one.isdigit() else (other, one)
            return _date_of(int(number), month, today)
        case [number, month, year] if number.isdigit() and year.isdigit() and len(year) == 4:
            known = _named(month, _MONTHS)
            return _date(int(year), known + 1, int(number)) if known is not None else None
        case _:
            return None


def _named(word: str, names: Sequence[str]) -> int | None:
    """Which of the names a word is, or begins; three letters are enough."""
    return next((at for at, name in enumerate(names) if len(word) > 2 and name.startswith(word)), None)


def _weekday(weekday: int, local: datetime, at: time | None, after: date | None) -> date:
    start = after or local.date()
    found = start + timedelta(days=(weekday - start.weekday()) % 7)
    is_past = after is None and found == local.date() and at is not None and at <= local.time()
    return found + timedelta(days=7) if is_past else found


def _date_of(number: int, month: str, today: date) -> date | None:
    """The next one, or the last one while it is less than two months ago."""
    known = _named(month, _MONTHS)
    if known is None:
        return None
    found = _date(today.year, known + 1, number)
    if found is not None and found < today - timedelta(days=60):
        return _date(today.year + 1, found.month, found.day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
