"""A timeline: every fact of an incident or a page on a line of its own, the newest kept when not all fit."""

from __future__ import annotations

from datetime import UTC

from bot.core.facts import ChannelCreated
from bot.core.ids import Actor, IncidentId, incident_label, user_of
from bot.core.views import TimelineView
from bot.slack import ids
from bot.slack.render.message import (
    MOST_CHARACTERS,
    Block,
    Message,
    actions,
    button,
    context,
    header,
    lines,
    message,
    section,
)
from bot.templates import mrkdwn, say
from bot.templates import timeline as wording

LINE = 600
MODAL_CHARACTERS = 100_000
"""A view's JSON may have 250 kB and 100 blocks; this is below 60 sections and leaves room for long characters."""
MOST_MESSAGES = 5


def timeline(view: TimelineView) -> list[Message]:
    """As messages, oldest first; at most five, of which the first says how many older lines are left out."""
    texts, left = _newest(_lines(view), MOST_MESSAGES * (MOST_CHARACTERS - 3000))
    paragraphs = lines(texts) or [say("timeline", "empty")]
    messages: list[Message] = []
    for index in range(0, len(paragraphs), 3):
        blocks: list[Block] = [header(view.title)] if not messages else []
        if left and not messages:
            blocks.append(context(say("timeline", "older", left)))
        blocks += map(section, paragraphs[index : index + 3])
        messages.append(message(f"Timeline of {mrkdwn.escape(mrkdwn.cut(view.title, 200))}", blocks))
    return messages


def sections(view: TimelineView) -> list[Block]:
    """As blocks of a modal."""
    texts, left = _newest(_lines(view), MODAL_CHARACTERS)
    older = [context(say("timeline", "older", left))] if left else []
    return [*older, *map(section, lines(texts) or [say("timeline", "empty")])]


def as_file(number: IncidentId) -> Block:
    """Buttons that send it as a file."""
    names = {"markdown": "Send as Markdown", "json": "Send as JSON"}
    return actions(
        [
            button(label, f"{ids.INCIDENT_TIMELINE_FILE}:{form}", f"{form}:{number}")
            for form, label in names.items()
        ]
    )


def as_text(view: TimelineView) -> str:
    """`02:47:09  alert     Alertmanager: …`, in UTC: for a terminal, a file, a code block."""
    return "\n".join(
        f"{fact.at.astimezone(UTC):%H:%M:%S}  {wording.word(fact):<9} {text}"
        for fact, text in zip(view.facts, sentences(view), strict=True)
    )


def sentences(view: TimelineView) -> list[str]:
    """Each fact's sentence in plain text; people by the names that the view gives for them."""
    names = {**people(view), **channels(view)}
    return [mrkdwn.plain(text, names) for text in worded(view)]


def people(view: TimelineView) -> dict[str, str]:
    """Their names by their Slack ids."""
    return {user: name for actor, name in view.names.items() if (user := user_of(Actor(actor)))}


def channels(view: TimelineView) -> dict[str, str]:
    return {fact.channel: fact.name for fact in view.facts if isinstance(fact, ChannelCreated)}


def worded(view: TimelineView) -> list[str]:
    """Each fact's sentence in markup; what comes from a merged incident begins with that one's number."""
    texts = [wording.sentence(fact, view.names) for fact in view.facts]
    if not view.origins:
        return texts
    return [
        f"[{incident_label(origin)}] {text}" if origin else text
        for origin, text in zip(view.origins, texts, strict=True)
    ]


def _lines(view: TimelineView) -> list[str]:
    texts = []
    day = None
    for fact, text in zip(view.facts, worded(view), strict=True):
        if fact.at.date() != day:
            day = fact.at.date()
            texts.append(f"*{mrkdwn.day_of(fact.at)}*")
        line = f"{mrkdwn.clock_seconds(fact.at)}  *{wording.word(fact)}*  {text}"
        texts.append(mrkdwn.cut_markup(line, LINE))
    return texts


def _newest(texts: list[str], characters: int) -> tuple[list[str], int]:
    """The last lines that fit, and how many come before them."""
    for index in range(len(texts) - 1, -1, -1):
        characters -= len(texts[index]) + 1
        if characters < 0:
            return texts[index + 1 :], index + 1
    return texts, 0
