"""Change how bad an incident is, with each severity's criteria in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.catalogue import Severity
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, SeverityId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors


@dataclass(frozen=True)
class NewSeverity:
    incident: IncidentId
    severity: SeverityId


def view(shown: IncidentView, severities: Sequence[Severity]) -> dict[str, Any]:
    field = form.field("Severity", "severity", form.severities(severities, shown.severity.id))
    title = f"Severity of {incident_label(shown.id)}"
    return form.modal(ids.MODAL_SEVERITY, title, [field], "Change", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> NewSeverity | Errors:
    severity = form.chosen(submitted, "severity")
    if not severity:
        return {"severity": "Choose how bad it is."}
    return NewSeverity(form.metadata(submitted)["incident"], SeverityId(severity))
