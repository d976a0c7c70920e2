"""Help: each command in one line, or one of them with examples; the nearest one for a word that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from bot.core.command_names import NAMES
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
from bot.slack.render.on_call_usages import ON_CALL
from bot.slack.render.usage import Usage
from bot.templates import mrkdwn, say

INCIDENT: tuple[Usage, ...] = (
    Usage(
        "declare",
        "[title]",
        "opens the form that declares an incident",
        "declare Checkout is down",
        ("declare",),
        "Nothing is recorded before the form is submitted. Similar open incidents are shown in it, to join instead.",
        "Declare an incident, on the Home and in the ⚡ menu; Declare from message, in a message's menu",
    ),
    Usage(
        "list",
        "[open|mine|all|sev1]",
        "lists incidents",
        "list mine",
        ("list all", "list sev1"),
        "Private incidents are listed for their members alone.",
        "the Home; Open incidents, in the card's ▾ More…",
    ),
    Usage(
        "status",
        "[INC-12]",
        "shows where it stands",
        "status INC-12",
        ("INC-12",),
        "Outside of its channel the incident must be named.",
        "Status, in the card's ▾ More…",
    ),
    Usage(
        "update",
        "[INC-12] [text]",
        "tells everybody what is being done",
        "update rolling back 4711",
        ("update INC-12 the fix is out, watching", "update"),
        "Alone it opens the form, where the status and the next update's time are chosen.",
        "Update, on the card",
    ),
    Usage(
        "severity",
        "[INC-12] [severity]",
        "changes how bad it is",
        "severity SEV1",
        ("severity 2", "severity INC-12 sev3"),
        "A worse severity makes its pages stricter; a milder one does not slow them down.",
        "Change severity, on the card",
    ),
    Usage(
        "rename",
        "[INC-12] [title]",
        "gives it another title",
        "rename Checkout is slow",
        ("rename INC-12 Search is down",),
        "The channel's name follows; its pages keep their titles.",
        "Rename, in the card's ▾ More…",
    ),
    Usage(
        "lead",
        "[INC-12] [@who]",
        "names the commander; without a name, you",
        "lead @bob",
        ("lead", "lead INC-12 @carol"),
        "Whoever leads is invited. Other roles have a form: Roles, on the card.",
        "Roles, on the card",
    ),
    Usage(
        "handoff",
        "[INC-12] [@who]",
        "gives the command to somebody, with what to know",
        "handoff @bob",
        ("handoff INC-12 @bob",),
        "It needs a word about what is going on; nothing is handed over before the form is submitted.",
        "Hand off, in the card's ▾",
    ),
    Usage(
        "page",
        "[INC-12] @who, team or service",
        "pages more people",
        "page @carol platform",
        ("page INC-12 @ana", "page checkout"),
        "A Slack user group stands for its members.",
        "Page someone, on the card",
    ),
    Usage(
        "escalate",
        "[INC-12] [level 2]",
        "pages the next level now, or the one that you name",
        "escalate INC-12",
        ("escalate level 2", "escalate INC-12 level 3"),
        "There must be an open page; page somebody otherwise.",
        "Escalate…, on the page; Escalate, in the card's ▾ More…",
    ),
    Usage(
        "ack",
        "[INC-12]",
        "acknowledges its open pages",
        "ack INC-12",
        (),
        "When somebody was quicker, it says who.",
        "Acknowledge, on the page and in the card's ▾ More…",
    ),
    Usage(
        "note",
        "[INC-12] text",
        "adds a line to the timeline; so does 📌 on a message",
        "note cache flushed",
        ("note INC-12 the database is fine",),
        "A note is not announced; for that, write an update.",
        "Add a note, in the card's ▾ More…; Add to timeline, in a message's menu",
    ),
    Usage(
        "task",
        "[INC-12] [text] [@who] [due when]",
        "adds a task; alone, it lists them",
        "task call the bank @bob due in 2 h",
        ("task rotate the keys", "task write to the customers due tomorrow 9:30", "task"),
        "Whoever is mentioned last has it. Times are in your own zone.",
        "Tasks, in the card's ▾",
    ),
    Usage(
        "link",
        "[INC-12] [address name | INC-9]",
        "adds a link, or a related incident",
        "link https://grafana.example.com/d/1 CPU",
        ("link INC-9", "link INC-12 INC-9", "link"),
        "An address begins with https://. Alone it lists the links, to add and to remove.",
        "Links, in the card's ▾",
    ),
    Usage(
        "runbook",
        "[INC-12]",
        "shows what to do when its service breaks",
        "runbook INC-12",
        (),
        "It is the service's, and configured with it. A link for one incident alone: link.",
        "Runbook, in the card's ▾ More… and at the top of the channel",
    ),
    Usage(
        "timeline",
        "[INC-12] [markdown|json]",
        "shows all that happened, or sends it as a file",
        "timeline json",
        ("timeline INC-12 markdown", "timeline"),
        "The file goes to the incident's channel when it is typed there, else into your direct messages.",
        "Timeline, in the card's ▾",
    ),
    Usage(
        "merge",
        "[INC-12] INC-9",
        "ends it in another incident that is the same",
        "merge INC-9",
        ("merge INC-12 INC-9", "merge"),
        "The second one goes on, with everything of the first. Nothing is merged before you confirm it.",
        "Merge, in the card's ▾ More…",
    ),
    Usage(
        "resolve",
        "[INC-12]",
        "asks what happened and what fixed it, and ends it",
        "resolve INC-12",
        (),
        "It needs a sentence about what happened. It can be reopened.",
        "Resolve, on the card",
    ),
    Usage(
        "cancel",
        "[INC-12] [reason]",
        "ends one that was declared by mistake",
        "cancel a test alert",
        ("cancel INC-12",),
        "Its open pages end too. One that was real and is over is resolved instead.",
        "Cancel incident, in the card's ▾ More…",
    ),
    Usage(
        "reopen",
        "[INC-12] [reason]",
        "opens it again",
        "reopen INC-12 errors are back",
        ("reopen INC-12",),
        "Nobody is paged by that alone. One that was merged stays so.",
        "Reopen, on the card",
    ),
    Usage(
        "drill",
        "[service] [SEV1] [when]",
        "shows who would be paged when, and drills it",
        "drill checkout SEV1 tomorrow 3am",
        ("drill", "drill search"),
        "Nothing is sent until you run it live, and then only to those who agree.",
        "The form that it opens alone",
    ),
    Usage(
        "help",
        "[command]",
        "shows this, or one command with examples",
        "help page",
        ("help",),
        "A word that is no command gets the nearest one.",
        "Help, in the card's ▾ More…",
    ),
)
USAGES = {"incident": INCIDENT, "oncall": ON_CALL}


def help_text(
    command: str = "incident", topic: str = "", open_incidents: Sequence[IncidentLine] | None = None
) -> Message:
    """What `/incident` or `/oncall` can do; `topic` narrows it to one sub-command, with all there is about it.

    With `open_incidents` (also none of them) they come first, as the answer to `/incident` alone.
    """
    known = {usage.word: usage for usage in USAGES[command] if usage.word}
    if topic in known:
        return _one(command, known[topic])
    if topic:
        near = difflib.get_close_matches(topic, known, n=1, cutoff=0.6)
        return _listed(command, say("help", "unknown_topic", topic, near[0] if near else "", _name(command)))
    return _listed(command, "", open_incidents)


def _listed(command: str, first: str, open_incidents: Sequence[IncidentLine] | None = None) -> Message:
    name = _name(command)
    blocks = [header(name)]
    if first:
        blocks.append(section(first))
    if open_incidents is not None:
        named = [say("incident", "short", line) for line in open_incidents[:10]]
        left = len(open_incidents) - len(named)
        named += [say("incident", "more", left)] if left else []
        blocks += map(section, lines(["*Open:*", *named]) if named else [say("incident", "none_open")])
    rows = [_line(name, usage) for usage in USAGES[command]]
    blocks += [section(text) for text in lines([say("help", "intro", command, name), *rows])]
    if command == "incident":
        blocks.append(actions([button("Declare an incident", ids.DECLARE)]))
    return message(first or f"What {name} can do.", blocks)


def _one(command: str, usage: Usage) -> Message:
    name = _name(command)
    examples = [f"{name} {example}" for example in (usage.example, *usage.more) if example]
    rows = [
        _line(name, replace(usage, example="")),
        *([say("help", "examples", examples)] if examples else []),
        *(say("help", "aside", text) for text in [usage.hint] if text),
        *([say("help", "touch", usage.touch)] if usage.touch else []),
    ]
    return message(f"What {name} {usage.word} does.", [header(f"{name} {usage.word}"), *map(section, rows)])


def _name(command: str) -> str:
    """As it is called in this workspace."""
    return NAMES.incident if command == "incident" else NAMES.on_call


def unknown(command: str, word: str, nearest: str | None, rest: str = "") -> Message:
    """ "I don't know "decalre". Did you mean declare?" with [Declare "foo"] and [Help]."""
    text = say("help", "unknown", _name(command), word, nearest)
    if command != "incident":
        return sentence(text)
    title = rest if nearest == "declare" else f"{word} {rest}".strip()
    elements = [button("Help", ids.HELP)]
    if (
        nearest in (None, "declare") or len(rest.split()) > 1
    ):  # several words are more likely a title than a slip
        elements.insert(0, button(_declare(title), ids.DECLARE, title))
    return message(text, (section(text), actions(elements)))


def _declare(title: str) -> str:
    shown = mrkdwn.cut(mrkdwn.one_line(title), BUTTON - len('Declare ""'))
    return f'Declare "{shown}"' if shown else "Declare an incident"


def _line(name: str, usage: Usage) -> str:
    typed = " ".join(filter(None, (name, usage.word, usage.arguments)))
    example = f"{name} {usage.example}" if usage.example else ""
    return say("help", "line", typed, usage.what, example)
