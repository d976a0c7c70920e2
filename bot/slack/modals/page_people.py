"""Page more people for an incident: people, teams, Slack user groups, or whoever is on call for a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, ServiceId, TeamId, UserId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors


@dataclass(frozen=True)
class Call:
    """Whom to page, and what they are told first."""

    incident: IncidentId
    people: tuple[UserId, ...] = ()
    teams: tuple[TeamId, ...] = ()
    services: tuple[ServiceId, ...] = ()
    groups: tuple[str, ...] = ()
    """By id, of Slack."""
    note: str = ""


def view(
    shown: IncidentView,
    teams: Sequence[tuple[TeamId, str]] = (),
    services: Sequence[tuple[ServiceId, str]] = (),
    groups: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """`teams`, `services` and Slack user `groups` by id and shown name."""
    blocks = [form.field("People", "people", form.persons(), optional=True)]
    if teams:
        element = form.choices(form.named(teams), "Choose teams")
        blocks.append(form.field("Teams", "teams", element, optional=True))
    if groups:
        blocks.append(form.user_groups(groups, "Pages whoever is in them."))
    if services:
        element = form.choices(form.named(services), "Choose services")
        hint = "Pages whoever is on call for it."
        blocks.append(form.field("Services", "services", element, optional=True, hint=hint))
    blocks.append(form.field("Note", "note", form.text(multiline=True), optional=True))
    title = f"Page for {incident_label(shown.id)}"
    return form.modal(ids.MODAL_PAGE, title, blocks, "Page", {"incident": shown.id})


def read(submitted: Mapping[str, Any]) -> Call | Errors:
    people = tuple(UserId(user) for user in form.persons_chosen(submitted, "people"))
    teams = tuple(TeamId(team) for team in form.all_chosen(submitted, "teams"))
    services = tuple(ServiceId(service) for service in form.all_chosen(submitted, "services"))
    groups = form.all_chosen(submitted, form.USER_GROUPS)
    note = form.typed(submitted, "note")
    nobody = not (people or teams or services or groups)
    wrong = form.errors(
        people="Choose at least one person, team, user group or service." if nobody else None,
        note=form.length_error(note, form.LONG_TEXT),
    )
    return wrong or Call(form.metadata(submitted)["incident"], people, teams, services, groups, note)
