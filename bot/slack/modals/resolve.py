"""End an incident: what happened, and what fixed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label, page_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors

PAGES = "resolve_pages"


@dataclass(frozen=True)
class Resolution:
    incident: IncidentId
    what_happened: str
    fix: str
    resolve_pages: bool


def view(shown: IncidentView) -> dict[str, Any]:
    blocks = [
        form.field("What happened?", "what_happened", form.text(shown.what_happened, multiline=True)),
        form.field("What fixed it?", "fix", form.text(shown.fix, multiline=True), optional=True),
    ]
    if shown.open_pages:
        pages = ", ".join(page_label(page) for page in shown.open_pages)
        box = form.checkbox("Also resolve the open pages", PAGES, pages, on=True)
        blocks.append(form.field("Pages", "pages", box, optional=True))
    title = f"Resolve {incident_label(shown.id)}"
    return form.modal(ids.MODAL_RESOLVE, title, blocks, "Resolve", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> Resolution | Errors:
    what_happened = form.typed(submitted, "what_happened")
    fix = form.typed(submitted, "fix")
    wrong = form.errors(
        what_happened=form.length_error(
            what_happened, form.LONG_TEXT, 1, "Say in a sentence what happened; others will read it."
        ),
        fix=form.length_error(fix, form.LONG_TEXT),
    )
    resolve_pages = not form.has(submitted, "pages") or form.ticked(submitted, "pages", PAGES)
    return wrong or Resolution(form.metadata(submitted)["incident"], what_happened, fix, resolve_pages)
