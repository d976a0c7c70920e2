"""The fields in which somebody picks whom to page, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.catalogue import Catalogue
from bot.core.ids import ScheduleId, ServiceId, TeamId, UserId
from bot.core.whom import Whom
from bot.slack.modals import form
from bot.slack.render.message import Block

FIRST = "people"
"""The field that says when nobody was picked."""


def fields(catalogue: Catalogue) -> list[Block]:
    """People, and all that leads to people; what there is none of has no field."""
    groups = [(group.id, group.handle) for group in catalogue.user_groups.values()]
    blocks = [form.field("People", FIRST, form.persons(), optional=True)]
    blocks += _menu("Teams", "teams", _named(catalogue.teams.values()), "All of their members.")
    blocks += _menu(
        "On call for schedules", "schedules", _named(catalogue.schedules.values()), "Whoever is on call now."
    )
    blocks += _menu(
        "On call for services",
        "services",
        _named(catalogue.services.values()),
        "Whoever a problem there would page first.",
    )
    return [*blocks, form.user_groups(groups, "Whoever is in them.")] if groups else blocks


def read(submitted: Mapping[str, Any]) -> Whom:
    return Whom(
        people=tuple(UserId(user) for user in form.persons_chosen(submitted, FIRST)),
        teams=tuple(TeamId(team) for team in form.all_chosen(submitted, "teams")),
        schedules=tuple(ScheduleId(schedule) for schedule in form.all_chosen(submitted, "schedules")),
        services=tuple(ServiceId(service) for service in form.all_chosen(submitted, "services")),
        groups=form.all_chosen(submitted, form.USER_GROUPS),
    )


def _named(objects: Iterable[Any]) -> list[tuple[str, str]]:
    return [(each.id, each.name) for each in objects]


def _menu(label: str, block_id: str, pairs: list[tuple[str, str]], hint: str) -> list[Block]:
    if not pairs:
        return []
    element = form.choices(form.named(pairs), f"Choose {block_id}")
    return [form.field(label, block_id, element, optional=True, hint=hint)]
