"""Hand the command of an incident to somebody else, with what they must know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, UserId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors


@dataclass(frozen=True)
class Handoff:
    incident: IncidentId
    to: UserId
    going_on: str
    next: str


def view(shown: IncidentView, to: UserId | None = None) -> dict[str, Any]:
    """What is going on begins with the latest update."""
    latest = shown.update.text if shown.update else ""
    blocks = [
        form.field("New commander", "to", form.person(to)),
        form.field("What is going on?", "going_on", form.text(latest, multiline=True)),
        form.field("What is next?", "next", form.text(multiline=True), optional=True),
    ]
    title = f"Hand off {incident_label(shown.id)}"
    return form.modal(ids.MODAL_HANDOFF, title, blocks, "Hand off", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> Handoff | Errors:
    to = form.person_chosen(submitted, "to")
    going_on = form.typed(submitted, "going_on")
    following = form.typed(submitted, "next")
    wrong = form.errors(
        to=None if to else "Choose who takes over.",
        going_on=form.length_error(going_on, form.LONG_TEXT, 1, "Say in a sentence where it stands."),
        next=form.length_error(following, form.LONG_TEXT),
    )
    return wrong or Handoff(form.metadata(submitted)["incident"], UserId(to or ""), going_on, following)
