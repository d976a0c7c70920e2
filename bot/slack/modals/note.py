"""Write a line into the timeline; outside an incident's channel also which one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.views import IncidentLine
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import Block, option


@dataclass(frozen=True)
class Noted:
    """`link` leads to the message that the note comes from, if any."""

    incident: IncidentId
    text: str
    link: str = ""


def view(
    incident: IncidentId | None,
    text: str = "",
    link: str = "",
    open_incidents: Sequence[IncidentLine] = (),
) -> dict[str, Any]:
    """With no `incident`, one of `open_incidents` (at least one) is chosen."""
    blocks: list[Block] = []
    if incident is None:
        options = [
            option(f"{incident_label(line.id)} {line.title}", str(line.id))
            for line in open_incidents[: form.MOST_OPTIONS]
        ]
        only = str(open_incidents[0].id) if len(open_incidents) == 1 else None
        blocks.append(form.field("Incident", "incident", form.choice(options, only)))
    blocks.append(form.field("Note", "note", form.text(text, multiline=True)))
    title = "Add to timeline" if incident is None else f"Note on {incident_label(incident)}"
    return form.modal(ids.MODAL_NOTE, title, blocks, "Add", {"incident": incident, "link": link[:2000]})


def read(submitted: Mapping[str, Any]) -> Noted | Errors:
    carried = form.metadata(submitted)
    chosen = form.chosen(submitted, "incident")
    incident = carried.get("incident") or (int(chosen) if chosen else None)
    text = form.typed(submitted, "note")
    wrong = form.errors(
        incident=None if incident else "Choose the incident.",
        note=form.length_error(text, form.LONG_TEXT, 1, "Write what is to be remembered."),
    )
    return wrong or Noted(IncidentId(incident or 0), text, carried.get("link", ""))
