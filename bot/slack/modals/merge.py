"""Merge an incident into another one: which goes on, and what will happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.views import IncidentLine, IncidentView, MergeView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import option, plain, section
from bot.templates import say


@dataclass(frozen=True)
class Merging:
    incident: IncidentId
    into: IncidentId


def choose(shown: IncidentView, others: Sequence[IncidentLine]) -> dict[str, Any]:
    """`others` are the open ones that the reader sees, at least one; the next form says what will happen."""
    options = [option(f"{incident_label(line.id)} {line.title}", str(line.id)) for line in others]
    only = options[0]["value"] if len(options) == 1 else None
    menu = form.choice(options[: form.MOST_OPTIONS], only)
    blocks = [
        section(say("incident", "merge_which", shown)),
        form.field("Which one goes on?", "into", menu),
    ]
    title = f"Merge {incident_label(shown.id)}"
    return form.modal(ids.MODAL_MERGE_INTO, title, blocks, "Next", {"incident": shown.id})


def chosen(submitted: Mapping[str, Any]) -> Merging | Errors:
    into = form.chosen(submitted, "into")
    if into is None:
        return {"into": "Choose the incident that goes on."}
    return Merging(IncidentId(form.metadata(submitted)["incident"]), IncidentId(int(into)))


def view(would: MergeView) -> dict[str, Any]:
    """Says what will happen: the form is the confirmation."""
    blocks = [
        section(say("incident", "merge_warning", would)),
        section(say("incident", "merge_moves", would)),
    ]
    carried = {"incident": would.merged.id, "into": would.survivor.id}
    title = f"Merge {incident_label(would.merged.id)}"
    modal = form.modal(ids.MODAL_MERGE, title, blocks, "Merge", carried)
    return {**modal, "close": plain("Keep both", form.MODAL_TITLE)}


def read(submitted: Mapping[str, Any]) -> Merging:
    carried = form.metadata(submitted)
    return Merging(IncidentId(carried["incident"]), IncidentId(carried["into"]))
