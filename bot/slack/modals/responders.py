"""Give a page to others, or ask others for help with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PageId, page_label
from bot.core.views import PageView
from bot.core.whom import Whom
from bot.slack import ids
from bot.slack.modals import form, whom
from bot.slack.modals.form import Errors
from bot.slack.render.message import section
from bot.templates import say


@dataclass(frozen=True)
class Chosen:
    page: PageId
    whom: Whom


def reassign(shown: PageView, catalogue: Catalogue) -> dict[str, Any]:
    """Whoever is chosen is paged instead."""
    return _view(ids.MODAL_REASSIGN, "Reassign", "reassign", "Reassign", shown, catalogue)


def add(shown: PageView, catalogue: Catalogue) -> dict[str, Any]:
    """Whoever is chosen is paged too."""
    return _view(ids.MODAL_RESPONDERS, "Responders for", "add_responders", "Ask them", shown, catalogue)


def read(submitted: Mapping[str, Any]) -> Chosen | Errors:
    chosen = whom.read(submitted)
    if chosen.is_nobody:
        return {whom.FIRST: "Choose at least one person, or something that leads to people."}
    return Chosen(form.metadata(submitted)["page"], chosen)


def _view(
    callback_id: str, title: str, what: str, submit: str, shown: PageView, catalogue: Catalogue
) -> dict[str, Any]:
    blocks = [
        section(say("page", "about", shown)),
        section(say("page", what, shown)),
        *whom.fields(catalogue),
    ]
    return form.modal(callback_id, f"{title} {page_label(shown.id)}", blocks, submit, {"page": int(shown.id)})
