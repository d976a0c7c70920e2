"""Questions about on-call in plain words, as they are put to the bot by name. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.slack.typed import tidy


class About(StrEnum):
    WHO = "who"
    """Who is on call; the rest names for what, and when."""
    NEXT = "next"
    """Who follows."""
    WHEN = "when"
    """When somebody is on call."""
    WHETHER = "whether"
    """Whether the asker is on call at a time."""


@dataclass(frozen=True)
class Question:
    about: About
    rest: str = ""


_ON_CALL = r"on[\s-]?call"
_AROUND = frozenset(
    {
        "who",
        "is",
        "are",
        "was",
        "be",
        "will",
        "has",
        "have",
        "had",
        "the",
        "a",
        "right",
        "currently",
        "please",
    }
    | {
        "there",
        "it",
        "on",
        "call",
        "oncall",
        "on-call",
        "for",
        "of",
        "to",
        "team",
        "schedule",
        "service",
        "then",
    }
)
"""Words that may stand around a name and a time, and say neither."""
_TIME = re.compile(
    r"\d|\b(?:next|last|yesterday|today|tonight|tomorrow|tmrw|noon|midnight|morning|afternoon|evening|night"
    r"|day|week|weekend|month|year|mon|tue|wed|thu|fri|sat|sun|[a-z]{3,6}day)s?\b",
    re.I,
)
_PATTERNS = (
    (
        About.WHEN,
        re.compile(
            rf"\bwhen\s+(?:am|is|are|do|does)\s+(?P<rest>.*?)(?:\s+(?:go\s+)?{_ON_CALL})?(?:\s+(?:next|again))?$",
            re.I,
        ),
    ),
    (About.WHEN, re.compile(r"\b(?P<rest>my|me)\s+(?:next\s+)?shifts?\b.*$", re.I)),
    (
        About.NEXT,
        re.compile(
            rf"\bwho(?:'s|\s+is)?\s+(?:is\s+)?(?:{_ON_CALL}\s+)?(?:next|after)\b(?:\s+{_ON_CALL})?(?P<rest>.*)$",
            re.I,
        ),
    ),
    (About.WHETHER, re.compile(rf"\bam\s+i\s+{_ON_CALL}\b(?P<rest>.*)$", re.I)),
    (About.WHETHER, re.compile(rf"\bdo\s+i\s+have\s+{_ON_CALL}\b(?P<rest>.*)$", re.I)),
    (
        About.WHO,
        re.compile(rf"\bwho(?:'s|\s+is|\s+will\s+be|\s+was)?\s+(?:be\s+)?{_ON_CALL}\b(?P<rest>.*)$", re.I),
    ),
    (About.WHO, re.compile(rf"^(?:who|{_ON_CALL})\b(?P<rest>.*)$", re.I)),
)


def said_of_time(words: str) -> str:
    """What is left of a question without its name: the words of a time, if any."""
    left = [word for word in (one.strip("?!.,") for one in words.split()) if word]
    while left and left[0].lower() in _AROUND:
        left.pop(0)
    while left and left[-1].lower() in _AROUND:
        left.pop()
    return " ".join(left)


def speaks_of_time(words: str) -> bool:
    """Whether somebody means a time by `words`, be it one that is understood; "is broken" is none."""
    return _TIME.search(words) is not None


def read(text: str) -> Question | None:
    """None when it is no question about on-call; `rest` keeps Slack's mentions."""
    said = " ".join(tidy(text).rstrip("?!. ").split())
    for about, pattern in _PATTERNS:
        if found := pattern.search(said):
            return Question(about, found["rest"].strip(" ,"))
    return None
