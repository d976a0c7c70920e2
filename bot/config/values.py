"""How single values are written in configuration files: durations, times of day, dates, zones, channels, names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bot.config.problem import did_you_mean, listed
from bot.core import conditions, public_holidays
from bot.core.frozen import dataclass

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE, DAY = timedelta(minutes=1), timedelta(hours=24)
LONGEST_NOTICE = timedelta(days=14)
LONGEST_DELAY = timedelta(hours=1)
_UNITS = {
    "seconds": re.compile(r"(\d{1,6})\s*(?:s|sec|secs|second|seconds)(?![A-Za-z])\s*"),
    "minutes": re.compile(r"(\d{1,6})\s*(?:m|min|mins|minute|minutes)(?![A-Za-z])\s*"),
    "hours": re.compile(r"(\d{1,6})\s*(?:h|hour|hours)(?![A-Za-z])\s*"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CHANNEL = re.compile(r"#[^\s#@,.A-Z]{1,80}|[CG][A-Z0-9]{7,}")
_USER_GROUP = re.compile(r"@[^\s#@,A-Z]{1,80}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{8,200}")
SLACK_USER_ID = re.compile(r"[UW][A-Z0-9]{5,}")
"""Somebody who is not listed may be named by this alone."""


def wrong(message: str, cure: str) -> PydanticCustomError:
    """A mistake in our words, to be raised in a validator; the parts are as in `Problem`."""
    return PydanticCustomError("tocsin", "{message}", {"message": message, "cure": cure})


def parse_duration(value: object) -> timedelta:
    """`90 s`, `5 min`, `3m`, `1 h 30 min`. Raises `PydanticCustomError`."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise wrong(f"{value} has no unit", f"Write it as `{value} min`, or with s or h.")
    text = value.strip() if isinstance(value, str) else ""
    total, rest = timedelta(), text
    for unit in ("hours", "minutes", "seconds"):
        if found := _UNITS[unit].match(rest):
            total += timedelta(**{unit: int(found[1])})
            rest = rest[found.end() :]
    if not text or rest:
        raise wrong(f"{value!r} is not a duration", "Write it as `90 s`, `5 min` or `1 h`.")
    return total


def write_duration(value: timedelta) -> str:
    """What `parse_duration` reads back as the same."""
    seconds = int(value.total_seconds())
    for length, unit in ((3600, "h"), (60, "min")):
        if seconds and seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _timeout(value: object) -> timedelta:
    duration = parse_duration(value)
    if not MINUTE <= duration <= DAY:
        raise wrong(f"{value} is not between 1 min and 24 h", "Choose a time in between.")
    return duration


def _notice(value: object) -> timedelta:
    duration = parse_duration(value)
    if duration > LONGEST_NOTICE:
        raise wrong(f"{value} is more than 14 days", "Choose a shorter time, or `0 h` for never.")
    return duration


def _delay(value: object) -> timedelta:
    duration = parse_duration(value)
    if duration > LONGEST_DELAY:
        raise wrong(f"{value} is more than 1 h", "Choose a shorter time: nobody is paged before.")
    return duration


def _condition(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    problem = conditions.problem_of(text) if text else "there is none"
    if problem:
        cure = f"Write it as in `severity == 'SEV1' && hour < 6`; it may ask for {listed(list(conditions.VARIABLES))}."
        raise wrong(f"the condition cannot be asked: {problem}", cure)
    return text


def _time_of_day(value: object) -> time:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise wrong(f"{value!r} is not a time of day", 'Write it as "09:00", from "00:00" to "23:59".')
    return time(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class WeekTime:
    """A time of day, of every day or of one weekday (0 is Monday)."""

    time: time
    weekday: int | None = None


def _week_time(value: object) -> WeekTime:
    """`09:00`, or `friday 18:00`."""
    words = value.split() if isinstance(value, str) else []
    if len(words) == 2:
        if words[0] not in WEEKDAYS:
            raise wrong(
                f"{words[0]!r} is not a weekday", did_you_mean(words[0], WEEKDAYS, "Write it as monday.")
            )
        return WeekTime(_time_of_day(words[1]), WEEKDAYS.index(words[0]))
    if len(words) > 2 or (words and words[0] in WEEKDAYS):
        raise wrong(f"{value!r} is not a time of the week", 'Write it as "09:00" or as friday 18:00.')
    return WeekTime(_time_of_day(value))


def _holidays(value: object) -> str:
    if not isinstance(value, str) or not public_holidays.is_known(value):
        cure = "Write a country's code, with a part's where they differ: GB, US-CA, DE-BY."
        raise wrong(f"the public holidays of {value!r} are not known", cure)
    return value


def _date(value: object) -> date:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        found = None
    if found is None or not 1970 <= found.year < 2200:
        raise wrong(f"{value!r} is not a date", "Write it as 2026-01-05: year, month, day.")
    return found


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(value: object) -> str:
    if not isinstance(value, str) or value not in _zones():
        cure = did_you_mean(str(value), _zones(), "Write its IANA name, such as Europe/London.")
        raise wrong(f"{value!r} is not a time zone", cure)
    return value


def _id(value: object) -> str:
    if value is None:
        raise wrong("there is no value", "Write an id, or remove the entry.")
    if not isinstance(value, str):
        raise wrong(f"{value!r} is not text", f'Put it in quotes: "{value}".')
    if not _ID.fullmatch(value):
        cure = "Use letters, digits, dot, dash and underscore, at most 64, and begin with a letter or digit."
        raise wrong(f"{value!r} cannot be an id", cure)
    return value


def _channel(value: object) -> str:
    if not isinstance(value, str) or not _CHANNEL.fullmatch(value):
        cure = 'Write its name in quotes and lower case, "#incidents", or its id.'
        raise wrong(f"{value!r} is not a Slack channel", cure)
    return value


def _user_group(value: object) -> str:
    if not isinstance(value, str) or not _USER_GROUP.fullmatch(value):
        cure = 'Write its handle in quotes and lower case: "@payments-oncall".'
        raise wrong(f"{value!r} is not a Slack user group", cure)
    return value


def _token(value: object) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        cure = "It becomes a part of an address: use 8 to 200 letters, digits, dots, dashes and underscores."
        raise wrong("this cannot be a token", cure)
    return value


def _url(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"https?://\S+", value):
        raise wrong(f"{value!r} is not a web address", "Begin it with https://.")
    return value


def _server_url(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(
        r"[a-z]+://([^\s/@]*@)?[^\s/@:]+(:\d{1,4}|:[1-5]\d{4})?(/\S*)?", value
    ):
        raise wrong(f"{value!r} is not a server's address", "Write it as smtp://mail.example.com:587.")
    return value


def _text(longest: int) -> Callable[[object], Any]:
    def read(value: object) -> object:
        if isinstance(value, str) and not value.strip():
            raise wrong("it is empty", "Write something, or leave the key out.")
        if isinstance(value, str) and len(value) > longest:
            raise wrong(f"it has {len(value)} characters, and {longest} are allowed", "Shorten it.")
        return value

    return read


Id = Annotated[str, BeforeValidator(_id)]
Name = Annotated[str, BeforeValidator(_text(80))]
Text = Annotated[str, BeforeValidator(_text(2000))]
Timeout = Annotated[timedelta, BeforeValidator(_timeout)]
Delay = Annotated[timedelta, BeforeValidator(_delay)]
Condition = Annotated[str, BeforeValidator(_condition)]
Notice = Annotated[timedelta, BeforeValidator(_notice)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
TimeOfWeek = Annotated[WeekTime, BeforeValidator(_week_time)]
Holidays = Annotated[str, BeforeValidator(_holidays)]
Day = Annotated[date, BeforeValidator(_date)]
Zone = Annotated[str, BeforeValidator(_time_zone)]
Channel = Annotated[str, BeforeValidator(_channel)]
UserGroup = Annotated[str, BeforeValidator(_user_group)]
Token = Annotated[str, BeforeValidator(_token)]
Url = Annotated[str, BeforeValidator(_url)]
ServerUrl = Annotated[str, BeforeValidator(_server_url)]
