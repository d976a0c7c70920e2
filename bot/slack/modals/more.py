"""Everything that the card's buttons and its ▾ menu have no room for, one touch each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.ids import incident_label
from bot.core.incident import WORKING
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.render.message import Block, button, section
from bot.templates import say


def view(shown: IncidentView) -> dict[str, Any]:
    blocks = [
        section(say("more", what), button(label, f"{ids.INCIDENT_DO}:{what}", f"{what}:{shown.id}"))
        for what, label in _offered(shown)
    ]
    return form.modal(ids.MODAL_TEXT, f"More for {incident_label(shown.id)}", list[Block](blocks))


def _offered(shown: IncidentView) -> Iterator[tuple[str, str]]:
    """By the word of the sub-command that does the same."""
    is_open = shown.status in WORKING
    yield "status", "Status"
    yield "note", "Add a note"
    yield "link", "Links"
    yield "task", "Tasks"
    yield "runbook", "Runbook"
    yield "timeline", "Timeline"
    yield "rename", "Rename"
    if is_open:
        yield "handoff", "Hand off"
        if shown.open_pages:
            yield "ack", "Acknowledge"
            yield "escalate", "Escalate"
        yield "merge", "Merge"
        yield "cancel", "Cancel incident"
    yield "list", "Open incidents"
    yield "help", "Help"
