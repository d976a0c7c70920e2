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
from bot.slack.render.timeline import sentences
from bot.templates import mrkdwn
from bot.templates import timeline as wording

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def markdown(view: TimelineView) -> str:
    """A heading, and a list item for each fact; instants in UTC, people by name."""
    lines = [f"# {_plain(view.title)}", "", "Times are UTC."]
    day = ""
    for fact, text in zip(view.facts, sentences(view), strict=True):
        at = fact.at.astimezone(UTC)
        if f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            lines += ["", f"## {day}", ""]
        lines.append(f"- {at:%H:%M:%S} **{wording.word(fact)}** {_plain(text)}")
    return "\n".join(lines) + "\n"


def as_json(view: TimelineView) -> str:
    """`{"title", "facts": [{"at", "kind", "by", "text", …}]}`: `at` in ISO 8601, UTC; then what the kind adds."""
    facts = [_record(fact, text) for fact, text in zip(view.facts, sentences(view), strict=True)]
    document = {"title": view.title, "facts": facts}
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
    return {"at": fact.at.astimezone(UTC), "kind": fact.kind, "by": fact.by, "text": text, **utc}


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", mrkdwn.one_line(text))
