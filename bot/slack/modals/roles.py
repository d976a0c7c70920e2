"""Say who commands an incident and who has its other roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.catalogue import COMMANDER, Role
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, RoleId, UserId, incident_label
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors

_PREFIX = "role:"


@dataclass(frozen=True)
class Roles:
    """The roles that have somebody; a field left empty changes nothing."""

    incident: IncidentId
    roles: Mapping[RoleId, UserId]


def view(shown: IncidentView, roles: Sequence[Role]) -> dict[str, Any]:
    """`roles` are the configured ones; the commander comes first, configured or not."""
    others = [role for role in roles if role.id != COMMANDER]
    blocks = [form.field("Commander", f"{_PREFIX}{COMMANDER}", form.person(shown.commander), optional=True)]
    for role in others:
        holder = shown.roles.get(role.name)
        blocks.append(form.field(role.name, f"{_PREFIX}{role.id}", form.person(holder), optional=True))
    title = f"Roles of {incident_label(shown.id)}"
    carried = {"incident": shown.id, "roles": [COMMANDER, *(role.id for role in others)]}
    return form.modal(ids.MODAL_ROLES, title, blocks, "Save", carried)


def read(submitted: Mapping[str, Any]) -> Roles | Errors:
    carried = form.metadata(submitted)
    found = {RoleId(role): form.person_chosen(submitted, f"{_PREFIX}{role}") for role in carried["roles"]}
    named = {role: UserId(user) for role, user in found.items() if user}
    if not named:
        return {f"{_PREFIX}{COMMANDER}": "Choose somebody for at least one role."}
    return Roles(carried["incident"], named)
