"""What somebody typed after `/oncall`, as one of a closed set of commands. Pure.

To add a sub-command: its word here; its line in `bot.slack.render.help`; a row in `tests/render/test_commands.py`; a
listener for it. Whom and which time the rest names is read with the catalogue at hand: `bot.slack.naming_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.slack.typed import nearest, readable, split, tidy


class Word(StrEnum):
    """The sub-commands, in the order of the help."""

    WHO = "who"
    SHIFTS = "shifts"
    OVERRIDE = "override"
    COVER = "cover"
    SWAP = "swap"
    TAKE = "take"
    AWAY = "away"
    CALENDAR = "calendar"
    SCHEDULES = "schedules"
    POLICIES = "policies"
    GAPS = "gaps"
    LOAD = "load"
    ME = "me"
    PAGE = "page"
    REMOVE = "remove"
    WHY = "why"
    HELP = "help"


ALIASES: Mapping[str, Word] = {
    "shift": Word.SHIFTS,
    "when": Word.SHIFTS,
    "replace": Word.OVERRIDE,
    "trade": Word.SWAP,
    "off": Word.AWAY,
    "ical": Word.CALENDAR,
    "feed": Word.CALENDAR,
    "feeds": Word.CALENDAR,
    "calendars": Word.CALENDAR,
    "vacation": Word.AWAY,
    "holiday": Word.AWAY,
    "schedule": Word.SCHEDULES,
    "policy": Word.POLICIES,
    "gap": Word.GAPS,
    "?": Word.HELP,
    "--help": Word.HELP,
}


@dataclass(frozen=True)
class OnCallNow:
    """`/oncall` alone."""


@dataclass(frozen=True)
class Asking:
    """A sub-command; `rest` as it was typed, with Slack's mentions."""

    word: Word
    rest: str = ""


@dataclass(frozen=True)
class Unknown:
    """No sub-command; `nearest` is the one that was probably meant, `text` all that was typed."""

    word: str
    nearest: str | None = None
    text: str = ""


OnCallCommand = OnCallNow | Asking | Unknown


def read(text: str) -> OnCallCommand:
    """Read what came after `/oncall`."""
    typed = tidy(text)
    first, rest = split(typed)
    word = first.lower()
    if word in ("", "now"):
        return OnCallNow()
    known = ALIASES.get(word) or next((each for each in Word if each == word), None)
    if known is not None:
        return Asking(known, rest)
    return Unknown(readable(first), nearest(word, tuple(Word)), typed)
