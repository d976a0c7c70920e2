"""Questions about on-call in plain words, as they are put to the bot by name. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

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


def read(text: str) -> Question | None:
    """None when it is no question about on-call; `rest` keeps Slack's mentions."""
    said = " ".join(tidy(text).rstrip("?!. ").split())
    for about, pattern in _PATTERNS:
        if found := pattern.search(said):
            return Question(about, found["rest"].strip(" ,"))
    return None
