"""Shaping a sender's values into those of an alert: lengths, instants, links, keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from bot.core.alert import Link

TITLE_CHARACTERS = 500
DESCRIPTION_CHARACTERS = 10_000
NAME_CHARACTERS = 200
"""Of a source, a severity, a key: what a person gives a name, and what fits a database's index."""
MOST_LINKS = 20
URL_CHARACTERS = 2_000
"""Slack takes 3,000 behind a button."""


def cut(text: str, characters: int) -> str:
    """At most so many characters, the last one an ellipsis when something went."""
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"


def one_line(text: str, characters: int = TITLE_CHARACTERS) -> str:
    """The text with every run of white space made one space."""
    return cut(" ".join(text.split()), characters)


def shown(value: Any) -> str:
    """A value as a person reads it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def readable_json(value: Any) -> str:
    """A whole payload for a person to read: indented while that fits a description."""
    if isinstance(value, str):
        return cut(value, DESCRIPTION_CHARACTERS)
    indented = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    fits = len(indented) <= DESCRIPTION_CHARACTERS
    return indented if fits else cut(shown(value), DESCRIPTION_CHARACTERS)


def texts(values: Any) -> dict[str, str]:
    """Labels or tags, each value as text; anything but an object has none."""
    if not isinstance(values, Mapping):
        return {}
    return {key: shown(value) for key, value in values.items() if value is not None}


def instant(value: Any) -> datetime | None:
    """An ISO 8601 instant in UTC; one without a zone is taken as UTC.

    None for what is no instant, and for the year 1: Go writes its zero time, "not set", as 0001-01-01T00:00:00Z.
    """
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1 else None


def link(text: str, url: Any) -> tuple[Link, ...]:
    """One link, or none when the address is not http(s) or too long: nothing else belongs behind a button."""
    if not isinstance(url, str):
        return ()
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    plain = len(url) <= URL_CHARACTERS and not any(c in "<>|" or c.isspace() for c in url)
    usable = plain and parts.scheme in ("http", "https") and parts.netloc
    return (Link(one_line(text, NAME_CHARACTERS) or "Link", url),) if usable else ()


def short_key(key: str) -> str:
    """A sender's key as it is, or its hash where it is longer than an index takes."""
    return key if len(key) <= NAME_CHARACTERS else hashed(key)


def hashed(*parts: str) -> str:
    """A key of 32 hexadecimal digits from texts that together name one problem."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
