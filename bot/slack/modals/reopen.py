"""Open an incident again, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors


@dataclass(frozen=True)
class Reopening:
    incident: IncidentId
    reason: str


def view(shown: IncidentView, reason: str = "") -> dict[str, Any]:
    field = form.field("Reason", "reason", form.text(reason, multiline=True, placeholder="What came back?"))
    title = f"Reopen {incident_label(shown.id)}"
    return form.modal(ids.MODAL_REOPEN, title, [field], "Reopen", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> Reopening | Errors:
    reason = form.typed(submitted, "reason")
    wrong = form.errors(reason=form.length_error(reason, form.LONG_TEXT, 1, "Say what came back."))
    return wrong or Reopening(form.metadata(submitted)["incident"], reason)
