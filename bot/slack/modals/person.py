"""Somebody goes: where they are needed, and who takes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId
from bot.core.schedule_views import PersonUses
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.render import schedules as render
from bot.slack.render.message import Block


@dataclass(frozen=True)
class Going:
    """`person` as configuration names them, or `user`, whom somebody chose."""

    person: PersonId | None
    user: UserId | None
    replacement: UserId | None


def view(shown: PersonUses | None) -> dict[str, Any]:
    """Without a person it asks who goes."""
    blocks: list[Block] = []
    if shown is None:
        blocks.append(form.field("Who goes", "person", form.person()))
    else:
        blocks += render.needed(shown)
        if not (shown.places or shown.turns):
            return form.modal(ids.MODAL_PERSON, "Replace a person", blocks)
    blocks.append(
        form.field(
            "Who takes over",
            "replacement",
            form.person(),
            optional=True,
            hint="They get all turns on schedules made in Slack, and all overrides to come, in one step; for admins "
            "also the places in policies made in Slack. What a file declares is changed in the file.",
        )
    )
    carried = {"person": shown.id if shown else ""}
    return form.modal(ids.MODAL_PERSON, "Replace a person", blocks, "Replace", carried)


def read(submitted: Mapping[str, Any]) -> Going:
    person = form.metadata(submitted).get("person")
    user = form.person_chosen(submitted, "person")
    other = form.person_chosen(submitted, "replacement")
    return Going(
        PersonId(person) if person else None, UserId(user) if user else None, UserId(other) if other else None
    )
