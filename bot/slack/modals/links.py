"""An incident's links and related incidents: what is there, with a way to take it away, and fields for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, incident_label
from bot.core.linking import LONGEST_ADDRESS, LONGEST_NAME, is_address
from bot.core.views import IncidentLine, IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import Block, button, option, section
from bot.templates import mrkdwn, say

REMOVABLE = 30


@dataclass(frozen=True)
class Linking:
    """An address, or another incident, or both."""

    incident: IncidentId
    url: str = ""
    text: str = ""
    other: IncidentId | None = None


def view(shown: IncidentView, others: Sequence[IncidentLine] = (), url: str = "") -> dict[str, Any]:
    """`others` are incidents that may be related with it."""
    blocks: list[Block] = [_link(shown.id, link.text, link.url) for link in shown.links]
    blocks += [_related(shown.id, place.id) for place in shown.related[:REMOVABLE]]
    if not blocks:
        blocks.append(section(say("incident", "no_links")))
    address = form.text(url, LONGEST_ADDRESS, placeholder="https://")
    blocks.append(
        form.field("Address", "url", address, optional=True, hint="A dashboard, ticket or document.")
    )
    name = form.text("", LONGEST_NAME, placeholder="CPU of the database")
    blocks.append(form.field("Name", "text", name, optional=True))
    choosable = [line for line in others if line.id != shown.id][: form.MOST_OPTIONS]
    if choosable:
        options = [option(f"{incident_label(line.id)} {line.title}", str(line.id)) for line in choosable]
        blocks.append(form.field("Related incident", "other", form.choice(options), optional=True))
    title = f"Links of {incident_label(shown.id)}"
    return form.modal(ids.MODAL_LINKS, title, blocks, "Add", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> Linking | Errors:
    url = form.typed(submitted, "url")
    text = " ".join(form.typed(submitted, "text").split())
    other = form.chosen(submitted, "other")
    nothing = not (url or other)
    malformed = bool(url) and not is_address(url)
    wrong = form.errors(
        url="Write the link's address, or choose a related incident."
        if nothing
        else "This is not a web address. Begin it with https:// and leave no spaces."
        if malformed
        else None,
        text=form.length_error(text, LONGEST_NAME),
    )
    incident = IncidentId(form.metadata(submitted)["incident"])
    return wrong or Linking(incident, url, text, IncidentId(int(other)) if other else None)


def _link(incident: IncidentId, text: str, url: str) -> Block:
    remove = button("Remove", ids.LINK_REMOVE, f"{incident}:{url}")
    return section(mrkdwn.link(text, url), remove)


def _related(incident: IncidentId, other: IncidentId) -> Block:
    remove = button("Remove", ids.RELATED_REMOVE, f"{incident}:{other}")
    return section(say("incident", "related_line", other), remove)
