"""Page somebody without an incident: people, teams, Slack user groups, or whoever is on call for a service, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import ServiceId, TeamId, UserId
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors

LONGEST_WHY = 200


@dataclass(frozen=True)
class Call:
    people: tuple[UserId, ...] = ()
    teams: tuple[TeamId, ...] = ()
    services: tuple[ServiceId, ...] = ()
    groups: tuple[str, ...] = ()
    """By id, of Slack."""
    why: str = ""


def view(
    teams: Sequence[tuple[TeamId, str]] = (),
    services: Sequence[tuple[ServiceId, str]] = (),
    groups: Sequence[tuple[str, str]] = (),
    why: str = "",
) -> dict[str, Any]:
    """`teams`, `services` and Slack user `groups` by id and shown name."""
    blocks = [form.field("People", "people", form.persons(), optional=True)]
    if teams:
        element = form.choices(form.named(teams), "Choose teams")
        blocks.append(form.field("Teams", "teams", element, optional=True, hint="Pages all of its members."))
    if groups:
        blocks.append(form.user_groups(groups, "Pages whoever is in them."))
    if services:
        element = form.choices(form.named(services), "Choose services")
        hint = "Pages whoever is on call for it, and escalates as for an alert."
        blocks.append(form.field("Services", "services", element, optional=True, hint=hint))
    reason = form.text(why, LONGEST_WHY, placeholder="The database is full")
    blocks.append(
        form.field("What is it about?", "why", reason, optional=True, hint="It is the page's title.")
    )
    return form.modal(ids.MODAL_ON_CALL_PAGE, "Page someone", blocks, "Page")


def read(submitted: Mapping[str, Any]) -> Call | Errors:
    people = tuple(UserId(user) for user in form.persons_chosen(submitted, "people"))
    teams = tuple(TeamId(team) for team in form.all_chosen(submitted, "teams"))
    services = tuple(ServiceId(service) for service in form.all_chosen(submitted, "services"))
    groups = form.all_chosen(submitted, form.USER_GROUPS)
    why = " ".join(form.typed(submitted, "why").split())
    nobody = not (people or teams or services or groups)
    wrong = form.errors(
        people="Choose at least one person, team, user group or service." if nobody else None,
        why=form.length_error(why, LONGEST_WHY),
    )
    return wrong or Call(people, teams, services, groups, why)
