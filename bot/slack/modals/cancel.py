"""Cancel an incident that was declared by mistake, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import plain, section
from bot.templates import say


@dataclass(frozen=True)
class Cancellation:
    incident: IncidentId
    reason: str


def view(shown: IncidentView, reason: str = "") -> dict[str, Any]:
    """Says what will happen: the form is the confirmation."""
    typed = form.text(reason, multiline=True, placeholder="Why was it no incident?")
    blocks = [
        section(say("incident", "cancel_warning", shown)),
        form.field("Reason", "reason", typed, optional=True),
    ]
    title = f"Cancel {incident_label(shown.id)}"
    modal = form.modal(ids.MODAL_CANCEL, title, blocks, "Cancel incident", {"incident": shown.id})
    return {**modal, "close": plain("Keep it", form.MODAL_TITLE)}


def read(submitted: Mapping[str, Any]) -> Cancellation | Errors:
    reason = form.typed(submitted, "reason")
    wrong = form.errors(reason=form.length_error(reason, form.LONG_TEXT))
    return wrong or Cancellation(form.metadata(submitted)["incident"], reason)
