"""Slack's markup for one reader who reads elsewhere: people by their names, instants by the reader's clocks.

What a page says is worded once, for Slack; a web page, an SMS and a voice say the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime, tzinfo

from markupsafe import Markup, escape

from bot.core.frozen import dataclass
from bot.templates import mrkdwn

_TOKEN = re.compile(r"<([^<>]*)>")
_DATE = re.compile(r"!date\^(-?\d+)\^([^|^]*)(?:\^[^|]*)?\|(.*)", re.DOTALL)


@dataclass(frozen=True)
class Reader:
    """Whom a text is for."""

    names: Mapping[str, str] = field(default_factory=dict)
    """People and conversations by their Slack id."""
    zone: tzinfo = UTC
    now: datetime | None = None
    """When they read; without it no day is called today."""


@dataclass(frozen=True)
class _Piece:
    text: str
    """Raw."""
    url: str = ""


def text(markup: str, reader: Reader) -> str:
    """Plain text; a link is its words and its address."""
    return "".join(
        f"{piece.text} ({piece.url})" if piece.url and piece.url != piece.text else piece.text
        for piece in _pieces(markup, reader)
    )


def html(markup: str, reader: Reader) -> Markup:
    """HTML for inside an element; links of the web can be followed, all else is text."""
    return Markup("").join(_element(piece) for piece in _pieces(markup, reader))


def _element(piece: _Piece) -> Markup:
    if not mrkdwn.is_web(piece.url):
        return escape(piece.text)
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(piece.url, piece.text)


def _pieces(markup: str, reader: Reader) -> Iterator[_Piece]:
    markup, end = str(markup), 0  # a `Markup` would escape what is taken out of it
    for found in _TOKEN.finditer(markup):
        yield _Piece(_raw(markup[end : found.start()]))
        yield _token(found[1], reader, begins=not markup[: found.start()].strip())
        end = found.end()
    yield _Piece(_raw(markup[end:]))


def _token(token: str, reader: Reader, begins: bool) -> _Piece:
    if token.startswith(("@", "#")):
        sign, name = token[0], token[1:].partition("|")[0]
        known = reader.names.get(name)
        return _Piece(known if known and sign == "@" else f"{sign}{known or name}")
    if date := _DATE.fullmatch(token):
        return _Piece(_instant(datetime.fromtimestamp(int(date[1]), UTC), date[2], reader, begins))
    url, _, words = token.partition("|")
    return _Piece(_raw(words or url), _raw(url))


def _instant(at: datetime, shape: str, reader: Reader, begins: bool) -> str:
    """As Slack shows it (docs.slack.dev, "Date formatting"); a day that begins a text begins with a capital."""
    local = at.astimezone(reader.zone)
    day = _day(local, reader)
    parts = {
        "{time}": f"{local:%H:%M}",
        "{time_secs}": f"{local:%H:%M:%S}",
        "{date_short_pretty}": day[:1].upper() + day[1:] if begins else day,
        "{date_long}": f"{local:%A %-d %b %Y}",
    }
    if reader.now and reader.now >= at:
        parts["{ago}"] = f"{mrkdwn.duration(reader.now - at)} ago"
    else:
        shape = shape.replace(" ({ago})", "")
    return re.sub(r"{\w+}", lambda found: parts.get(found[0], found[0]), _raw(shape))


def _day(local: datetime, reader: Reader) -> str:
    if reader.now is not None:
        away = (local.date() - reader.now.astimezone(reader.zone).date()).days
        if away in (-1, 0, 1):
            return {-1: "yesterday", 0: "today", 1: "tomorrow"}[away]
    return f"{local:%a %-d %b}"


def _raw(escaped: str) -> str:
    plain = escaped.replace(mrkdwn.ZERO_WIDTH, "").replace("&lt;", "<").replace("&gt;", ">")
    return plain.replace("&amp;", "&")
