"""Post a status update: what is being done, where it stands, when the next one comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.incident import UPDATE_EVERY, WORKING, IncidentStatus
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import option

NONE = "none"
NEXT = ((15, "In 15 min"), (30, "In 30 min"), (60, "In 60 min"))


@dataclass(frozen=True)
class StatusUpdate:
    """`next_after` is zero when no further update is promised."""

    incident: IncidentId
    text: str
    status: IncidentStatus
    next_after: timedelta


def view(shown: IncidentView, text: str = "") -> dict[str, Any]:
    """`text` prefills the update, for instance with a message that somebody wrote."""
    statuses = [option(status.value.capitalize(), status.value) for status in WORKING]
    nexts = [*(option(label, str(minutes)) for minutes, label in NEXT), option("None", NONE)]
    every = UPDATE_EVERY.get(shown.severity.rank)
    due = str(int(every.total_seconds() // 60)) if every else NONE
    blocks = [
        form.field(
            "Update",
            "text",
            form.text(text, multiline=True, placeholder="What do we know, what is being done?"),
        ),
        form.field("Status", "status", form.choice(statuses, shown.status.value)),
        form.field("Next update", "next", form.choice(nexts, due)),
    ]
    title = f"Update {incident_label(shown.id)}"
    return form.modal(ids.MODAL_UPDATE, title, blocks, "Post update", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> StatusUpdate | Errors:
    text = form.typed(submitted, "text")
    status = form.chosen(submitted, "status")
    minutes = form.chosen(submitted, "next") or NONE
    wrong = form.errors(
        text=form.length_error(text, form.LONG_TEXT, 1, "Say what people should know."),
        status=None if status else "Choose where it stands.",
    )
    if wrong:
        return wrong
    return StatusUpdate(
        incident=form.metadata(submitted)["incident"],
        text=text,
        status=IncidentStatus(status or ""),
        next_after=timedelta(minutes=0 if minutes == NONE else int(minutes)),
    )
