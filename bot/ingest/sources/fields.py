"""What a sender wrote becomes something that can be shown, compared and kept: titles, keys, times, links, texts."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from bot.core.alert import Link

LONGEST_TITLE = 500
LONGEST_KEY = 500
LONGEST_SOURCE = 200
LONGEST_DESCRIPTION = 20_000
LONGEST_URL = 2_000
MOST_LINKS = 20

_IN_MARKUP = {" ": "%20", "<": "%3C", ">": "%3E", "|": "%7C", '"': "%22"}
"""Characters that would end a link in Slack's markup, or that Slack refuses in a button's URL."""


def title(text: str) -> str:
    """On one line and at most `LONGEST_TITLE` characters; empty when nothing of it could be seen."""
    if not any(char.isprintable() and not char.isspace() for char in text):
        return ""
    return " ".join(text.split())[:LONGEST_TITLE].rstrip()


def key(text: str) -> str | None:
    """A dedup key that fits its index; keys that differ stay different however long they are."""
    text = text.strip()
    if len(text) <= LONGEST_KEY:
        return text or None
    return f"{text[: LONGEST_KEY - 65]}:{digest(text)}"


def digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def as_text(value: Any) -> str:
    """A text as it is, any other JSON value as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def texts(value: object) -> dict[str, str]:
    """An object's values as texts; nothing when it is no object."""
    return {name: as_text(item) for name, item in value.items()} if isinstance(value, dict) else {}


def instant(value: str) -> datetime | None:
    """An ISO 8601 time in UTC; one without a zone is UTC; finer than microseconds is cut.

    None before 1970: senders in Go say "not set" as year 1. Raises `ValueError` when it is no time.
    """
    at = datetime.fromisoformat(value)
    if at.year < 1970:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{value} is after the year 9999 in UTC") from error


def links(*wanted: tuple[str, object]) -> tuple[Link, ...]:
    """Those of (text, URL) that may be shown, each URL once and `MOST_LINKS` at most; the others are left out."""
    found: dict[str, Link] = {}
    for text, url in wanted:
        shown = _url(url) if isinstance(url, str) else ""
        if shown:
            found.setdefault(shown, Link(title(text)[:80] or "Link", shown))
    return tuple(found.values())[:MOST_LINKS]


def _url(url: str) -> str:
    """An http or https URL that Slack takes, else empty."""
    url = "".join(_IN_MARKUP.get(char, char) for char in url.strip())
    if len(url) > LONGEST_URL or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""
