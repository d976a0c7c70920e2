"""Give an incident another title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.declare import TITLE
from bot.slack.modals.form import Errors


@dataclass(frozen=True)
class Renaming:
    incident: IncidentId
    title: str


def view(shown: IncidentView) -> dict[str, Any]:
    field = form.field("Title", "title", form.text(shown.title, TITLE))
    title = f"Rename {incident_label(shown.id)}"
    return form.modal(ids.MODAL_RENAME, title, [field], "Rename", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> Renaming | Errors:
    title = " ".join(form.typed(submitted, "title").split())
    wrong = form.errors(title=form.length_error(title, TITLE, 1, "Say in a few words what is broken."))
    return wrong or Renaming(form.metadata(submitted)["incident"], title)
