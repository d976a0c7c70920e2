"""Escalate a page by hand: to the next level, to a team, or to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.core.ids import PageId, TeamId, UserId, page_label
from bot.core.views import PageView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import option, section
from bot.templates import say

To = Literal["next", "team", "people"]


@dataclass(frozen=True)
class Escalation:
    """`team` with `to` team, `people` with `to` people."""

    page: PageId
    to: To
    team: TeamId | None = None
    people: tuple[UserId, ...] = ()


def view(shown: PageView, teams: Sequence[tuple[TeamId, str]] = ()) -> dict[str, Any]:
    """`teams` by id and shown name."""
    upcoming = shown.next_step.people if shown.next_step else ()
    names = ", ".join(person.name for person in upcoming)
    options = [option("The next level", "next", names)]
    if teams:
        options.append(option("A team", "team"))
    options.append(option("People", "people"))
    blocks = [
        section(say("page", "about", shown)),
        form.field("Escalate to", "to", form.radio(options, "next")),
    ]
    if teams:
        blocks.append(form.field("Team", "team", form.choice(form.named(teams)), optional=True))
    blocks.append(form.field("People", "people", form.persons(), optional=True))
    title = f"Escalate {page_label(shown.id)}"
    return form.modal(ids.MODAL_ESCALATE, title, blocks, "Escalate", {"page": shown.id})


def read(submitted: Mapping[str, Any]) -> Escalation | Errors:
    """A team or people that are filled in without being asked for are left aside."""
    to = cast(To, form.chosen(submitted, "to") or "next")
    team = form.chosen(submitted, "team")
    people = tuple(UserId(user) for user in form.persons_chosen(submitted, "people"))
    wrong = form.errors(
        team="Choose the team." if to == "team" and not team else None,
        people="Choose at least one person." if to == "people" and not people else None,
    )
    return wrong or Escalation(
        page=form.metadata(submitted)["page"],
        to=to,
        team=TeamId(team) if team and to == "team" else None,
        people=people if to == "people" else (),
    )
