"""Time off: what is entered already, with a way to take it back, and fields for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.frozen import dataclass
from bot.core.on_call_views import AwayLine, PlannedChoice
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.modals.override import LONGEST_REASON
from bot.slack.render.message import Block, button, section
from bot.templates import say

MOST_SHOWN = 30


@dataclass(frozen=True)
class Wanted:
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


def view(entered: Sequence[AwayLine], choice: PlannedChoice) -> dict[str, Any]:
    """`entered` is the time off to come; what a calendar says is changed in the calendar."""
    blocks: list[Block] = [_line(one) for one in entered[:MOST_SHOWN]]
    reason = form.text(choice.reason, LONGEST_REASON, placeholder="Holidays")
    blocks += [
        form.field("Away from", "starts", form.moment(choice.starts_at)),
        form.field("Until", "ends", form.moment(choice.ends_at)),
        form.field("Reason", "reason", reason, optional=True),
    ]
    return form.modal(ids.MODAL_AWAY, "Time off", blocks, "I'm away")


def _line(one: AwayLine) -> Block:
    text = say("on_call_answers", "away_line", one)
    return (
        section(text) if one.from_calendar else section(text, button("Take back", ids.TIME_OFF_END, one.id))
    )


def read(submitted: Mapping[str, Any]) -> Wanted | Errors:
    starts_at, ends_at = form.moment_chosen(submitted, "starts"), form.moment_chosen(submitted, "ends")
    reason = " ".join(form.typed(submitted, "reason").split())
    wrong = form.errors(
        starts=None if starts_at else "Choose when it begins.",
        ends=None if ends_at else "Choose when it ends.",
        reason=form.length_error(reason, LONGEST_REASON),
    )
    if wrong or not (starts_at and ends_at):
        return wrong
    return Wanted(starts_at, ends_at, reason)
