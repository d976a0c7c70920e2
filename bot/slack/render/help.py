"""Help: each command in one line, and the nearest one for a word that nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.views import IncidentLine
from bot.slack import ids
from bot.slack.render.message import (
    BUTTON,
    Message,
    actions,
    button,
    header,
    lines,
    message,
    section,
    sentence,
)
from bot.templates import mrkdwn, say


@dataclass(frozen=True)
class Usage:
    """One sub-command: how it is typed, what it does, and one example."""

    word: str
    arguments: str
    what: str
    example: str = ""


INCIDENT: tuple[Usage, ...] = (
    Usage("declare", "[title]", "opens the form that declares an incident", "declare Checkout is down"),
    Usage("list", "[open|mine|all|sev1]", "lists incidents", "list mine"),
    Usage("status", "[INC-12]", "shows where it stands", "status INC-12"),
    Usage("update", "[INC-12] [text]", "tells everybody what is being done", "update rolling back 4711"),
    Usage("severity", "[INC-12] [severity]", "changes how bad it is", "severity SEV1"),
    Usage("rename", "[INC-12] [title]", "gives it another title", "rename Checkout is slow"),
    Usage("lead", "[INC-12] [@who]", "names the commander; without a name, you", "lead @bob"),
    Usage("handoff", "[INC-12] [@who]", "gives the command to somebody, with what to know", "handoff @bob"),
    Usage("page", "[INC-12] @who, team or service", "pages more people", "page @carol platform"),
    Usage("escalate", "[INC-12]", "pages the next level now"),
    Usage("ack", "[INC-12]", "acknowledges its open pages"),
    Usage(
        "note", "[INC-12] text", "adds a line to the timeline; so does 📌 on a message", "note cache flushed"
    ),
    Usage(
        "timeline",
        "[INC-12] [markdown|json]",
        "shows all that happened, or sends it as a file",
        "timeline json",
    ),
    Usage("resolve", "[INC-12]", "asks what happened and what fixed it, and ends it"),
    Usage("cancel", "[INC-12] [reason]", "ends one that was declared by mistake", "cancel a test alert"),
    Usage("reopen", "[INC-12] [reason]", "opens it again", "reopen INC-12 errors are back"),
    Usage("help", "[command]", "shows this", "help page"),
)
ON_CALL: tuple[Usage, ...] = (
    Usage("", "", "shows who is on call now"),
    Usage("why", "", "says why you are paged now, or why not"),
    Usage("help", "", "shows this"),
)
USAGES = {"incident": INCIDENT, "oncall": ON_CALL}


def help_text(
    command: str = "incident", topic: str = "", open_incidents: Sequence[IncidentLine] | None = None
) -> Message:
    """What `/incident` or `/oncall` can do; `topic` narrows it to one sub-command.

    With `open_incidents` (also none of them) they come first, as the answer to `/incident` alone.
    """
    usages = [usage for usage in USAGES[command] if usage.word == topic] if topic else []
    rows = [_line(command, usage) for usage in usages or USAGES[command]]
    blocks = [header(f"/{command}")]
    if open_incidents is not None:
        named = [say("incident", "short", line) for line in open_incidents[:10]]
        left = len(open_incidents) - len(named)
        named += [say("incident", "more", left)] if left else []
        blocks += map(section, lines(["*Open:*", *named]) if named else [say("incident", "none_open")])
    blocks += [section(text) for text in lines([say("help", "intro", command), *rows])]
    if command == "incident":
        blocks.append(actions([button("Declare an incident", ids.DECLARE)]))
    return message(f"What /{command} can do.", blocks)


def unknown(command: str, word: str, nearest: str | None, rest: str = "") -> Message:
    """ "I don't know "decalre". Did you mean declare?" with [Declare "foo"] and [Help]."""
    text = say("help", "unknown", command, word, nearest)
    if command != "incident":
        return sentence(text)
    title = rest if nearest == "declare" else f"{word} {rest}".strip()
    elements = [button("Help", ids.HELP)]
    if nearest in (None, "declare"):
        elements.insert(0, button(_declare(title), ids.DECLARE, title))
    return message(text, (section(text), actions(elements)))


def _declare(title: str) -> str:
    shown = mrkdwn.cut(mrkdwn.one_line(title), BUTTON - len('Declare ""'))
    return f'Declare "{shown}"' if shown else "Declare an incident"


def _line(command: str, usage: Usage) -> str:
    typed = " ".join(filter(None, (command, usage.word, usage.arguments)))
    example = f"{command} {usage.example}" if usage.example else ""
    return say("help", "line", typed, usage.what, example)
