"""A page as somebody reads it outside Slack: one line for a lock screen, the whole in lines, and as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

from bot.core.contact import MethodKind
from bot.core.page import PageState
from bot.core.views import PageView
from bot.templates import mrkdwn, own, reading, say
from bot.templates.reading import Reader

DESCRIPTION_LINES = 6
DESCRIPTION = 600
OWN_WORDS = {MethodKind.SMS: "sms", MethodKind.VOICE: "voice"}
"""What a team calls its text for a method; the others, and these without it, take that of the page."""
_WEB = re.compile(r"https?://\S+")
"""What a voice would spell out letter by letter."""


def subject(
    view: PageView, names: Mapping[str, str], zone: tzinfo, kind: MethodKind = MethodKind.SLACK
) -> str:
    """The sentence that a phone shows or says; while it pages, in the team's own words for `kind` if it has any."""
    own_words = None
    if view.state is PageState.TRIGGERED:
        own_words = own.of_page(OWN_WORDS.get(kind, "page"), view) or own.of_page("page", view)
    said = mrkdwn.one_line(own_words) if own_words else say("page", "notification", view)
    read = reading.text(said, Reader(names, zone))
    return _WEB.sub("a link", read) if kind is MethodKind.VOICE else read


def text(view: PageView, names: Mapping[str, str], zone: tzinfo, link: str) -> str:
    """What, how bad, why you, what comes next, and where to answer."""
    lines = [reading.text(line, Reader(names, zone)) for line in _lines(view)]
    own_words = own.of_page("details", view)
    description = (
        reading.text(own_words, Reader(names, zone))
        if own_words
        else mrkdwn.first_lines(view.description, DESCRIPTION_LINES, DESCRIPTION)
    )
    if description:
        lines.insert(2, mrkdwn.cut(description, DESCRIPTION))
    return "\n".join([*lines, *([say("page", "answer_here"), link] if link else [])])


def data(view: PageView, link: str) -> dict[str, object]:
    """For a program; instants in ISO 8601."""
    return {
        "page": view.id,
        "title": view.title,
        "state": view.state.value,
        "severity": view.severity,
        "service": view.service.name if view.service else None,
        "description": view.description,
        "started_at": view.started_at.isoformat(),
        "next_step_at": _iso(view.next_step.at if view.next_step else None),
        "link": link,
    }


def _lines(view: PageView) -> Iterator[str]:
    yield mrkdwn.escape(mrkdwn.one_line(view.title))
    yield say("page", "about", view)
    if view.why:
        yield say("page", "why", view.why)
    if view.next_step and view.state is PageState.TRIGGERED:
        yield say("page", "next", view.next_step, view.reader)
    if view.service and view.service.runbook:
        yield say("page", "runbook", view.service.runbook)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def code(code: str) -> tuple[str, str]:
    """Subject and text of the code that proves an address."""
    return _plain("code_subject", code), _plain("code", code)


def test() -> tuple[str, str]:
    return _plain("test_subject"), _plain("test")


def _plain(macro: str, *values: str) -> str:
    return reading.text(say("contacts", macro, *values), Reader())
