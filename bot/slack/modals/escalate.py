"""Escalate a page by hand: to the next level or another one, to a team, or to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, cast

from bot.core.frozen import dataclass
from bot.core.ids import PageId, TeamId, UserId, page_label
from bot.core.page_forms import EscalateForm, LevelChoice
from bot.core.whom import Whom
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import Block, option, section
from bot.templates import say

To = Literal["next", "level", "team", "people"]


@dataclass(frozen=True)
class Escalation:
    """`level` (1-based) with `to` level, `whom` with `to` team or people."""

    page: PageId
    to: To
    generation: int
    step: int
    """With `generation` where the page stood when the form was opened."""
    level: int | None = None
    whom: Whom = field(default_factory=Whom)


def view(shown: EscalateForm, teams: Sequence[tuple[TeamId, str]] = ()) -> dict[str, Any]:
    """`teams` by id and shown name."""
    several = len(shown.levels) > 1
    options = [option("The next level", "next", _names(shown.upcoming) if shown.upcoming else "")]
    options += [option("Another level", "level")] if several else []
    options += [option("A team", "team")] if teams else []
    options.append(option("People", "people"))
    blocks = [
        section(say("page", "about", shown.page)),
        form.field("Escalate to", "to", form.radio(options, "next")),
    ]
    if several:
        levels = [_level(one) for one in shown.levels]
        blocks.append(form.field("Level", "level", form.choice(levels), optional=True))
    if teams:
        blocks.append(form.field("Team", "team", form.choice(form.named(teams)), optional=True))
    hint = "A team or people get it instead of whoever has it. To ask for help too, close this and add responders."
    blocks.append(form.field("People", "people", form.persons(), optional=True, hint=hint))
    carried = {"page": int(shown.page.id), "generation": shown.generation, "step": shown.step}
    title = f"Escalate {page_label(shown.page.id)}"
    return form.modal(ids.MODAL_ESCALATE, title, blocks, "Escalate", carried)


def read(submitted: Mapping[str, Any]) -> Escalation | Errors:
    """What is filled in without being asked for is left aside."""
    to = cast(To, form.chosen(submitted, "to") or "next")
    level = form.chosen(submitted, "level") if to == "level" else None
    team = form.chosen(submitted, "team") if to == "team" else None
    people = form.persons_chosen(submitted, "people") if to == "people" else ()
    wrong = form.errors(
        level="Choose the level." if to == "level" and not level else None,
        team="Choose the team." if to == "team" and not team else None,
        people="Choose at least one person." if to == "people" and not people else None,
    )
    if wrong:
        return wrong
    carried = form.metadata(submitted)
    return Escalation(
        page=carried["page"],
        to=to,
        generation=carried["generation"],
        step=carried["step"],
        level=int(level) if level else None,
        whom=Whom(tuple(UserId(user) for user in people), (TeamId(team),) if team else ()),
    )


def _level(one: LevelChoice) -> Block:
    return option(f"Level {one.level}: {_names(one)}", str(one.level))


def _names(one: LevelChoice) -> str:
    return ", ".join([*(person.name for person in one.people), *one.others]) or "nobody now"
