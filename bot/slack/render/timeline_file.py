"""A timeline as a file to keep: Markdown for people, JSON for programs.

To add a format: a function from a `TimelineView` to text; its line in `FORMATS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from bot.core.facts import Fact
from bot.core.views import TimelineView
from bot.slack.render.timeline import channels, people, sentences, worded
from bot.templates import mrkdwn
from bot.templates import timeline as wording

_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def markdown(view: TimelineView) -> str:
    """A heading, and a list item for each fact; instants in UTC, people by name."""
    lines = [f"# {_plain(mrkdwn.one_line(view.title))}", "", "Times are UTC."]
    day = ""
    names = {**people(view), **channels(view)}
    for fact, text in zip(view.facts, worded(view), strict=True):
        at = fact.at.astimezone(UTC)
        if f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            lines += ["", f"## {day}", ""]
        lines.append(f"- {at:%H:%M:%S} **{wording.word(fact)}** {_with_links(text, names)}")
    return "\n".join(lines) + "\n"


def as_json(view: TimelineView) -> str:
    """`{"title", "people": {id: name}, "facts": [{"at", "kind", "by", "sentence", "text", …}]}`.

    `at` in ISO 8601, UTC; `sentence` as the timeline shows it, and so is `text`, unless the kind has a text of its own;
    then what the kind adds.
    """
    facts = [_record(fact, text) for fact, text in zip(view.facts, sentences(view), strict=True)]
    document = {"title": view.title, "people": people(view), "facts": facts}
    return orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2).decode() + "\n"


FORMATS: Mapping[str, tuple[str, Callable[[TimelineView], str]]] = {
    "markdown": ("md", markdown),
    "json": ("json", as_json),
}
"""By the word that is typed: the file's ending, and what writes it."""


def _record(fact: Fact, text: str) -> dict[str, Any]:
    values = {name: value for name, value in asdict(fact).items() if name not in ("at", "by")}
    utc = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    return {
        "at": fact.at.astimezone(UTC),
        "kind": fact.kind,
        "by": fact.by,
        "sentence": text,
        "text": text,
        **utc,
    }


def _with_links(markup: str, names: Mapping[str, str]) -> str:
    """Slack's markup as Markdown: its links stay links, all else is text."""
    markup, pieces, end = mrkdwn.one_line(markup), [], 0
    for found in _LINK.finditer(markup):
        pieces.append(_plain(mrkdwn.plain(markup[end : found.start()], names)))
        address = mrkdwn.plain(found[1], names).replace("(", "%28").replace(")", "%29")
        pieces.append(f"[{_plain(mrkdwn.plain(found[2], names))}]({address})")
        end = found.end()
    return "".join([*pieces, _plain(mrkdwn.plain(markup[end:], names))])


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
