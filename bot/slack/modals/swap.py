"""Propose a swap: my shift against somebody's; their shifts are offered once they are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId
from bot.core.on_call_views import ShiftChoice
from bot.slack import ids
from bot.slack.modals import form, shifts
from bot.slack.modals.form import Errors
from bot.slack.modals.override import LONGEST_REASON
from bot.slack.render.message import section
from bot.templates import say


@dataclass(frozen=True)
class Filled:
    """What the form shows or holds."""

    mine: str | None = None
    """The chosen option's value."""
    user: UserId | None = None
    reason: str = ""
    person: PersonId | None = None
    """How configuration names `user`, or their Slack id."""


@dataclass(frozen=True)
class Wanted:
    mine: ShiftChoice
    user: UserId
    theirs: ShiftChoice
    reason: str = ""


def view(
    mine: Sequence[ShiftChoice],
    now: datetime,
    zone: str,
    filled: Filled,
    theirs: Sequence[ShiftChoice] | None = None,
) -> dict[str, Any]:
    """`mine` must hold at least one shift; `theirs` is None until somebody is chosen. `zone` is the reader's."""
    initial = filled.mine or shifts.likely(mine, None, None)
    blocks = [
        form.field("You give", "mine", shifts.menu(mine, now, zone, initial)),
        form.field("To", "person", form.person(filled.user), tells=ids.SWAP_PERSON),
    ]
    if theirs:
        options = shifts.menu(theirs, now, zone, shifts.likely(theirs, None, None))
        blocks.append(form.field("You take", "theirs", options))
    elif theirs is None:
        blocks.append(section(say("on_call_answers", "swap_choose")))
    else:
        is_mine = any(one.person == filled.person for one in mine)
        blocks.append(section(say("on_call_answers", "swap_nothing", filled.user, is_mine)))
    reason = form.text(filled.reason, LONGEST_REASON, placeholder="A concert")
    blocks.append(form.field("Reason", "reason", reason, optional=True, hint="They read it."))
    return form.modal(ids.MODAL_SWAP, "Swap shifts", blocks, "Propose")


def filled(submitted: Mapping[str, Any]) -> Filled:
    """What stands in the form now, whatever is missing."""
    user = form.person_chosen(submitted, "person")
    return Filled(
        form.chosen(submitted, "mine"), UserId(user) if user else None, form.typed(submitted, "reason")
    )


def read(submitted: Mapping[str, Any], person: str | None) -> Wanted | Errors:
    """`person` is how configuration names the one who is chosen, or their Slack id."""
    mine, theirs = shifts.chosen(submitted, "mine"), shifts.chosen(submitted, "theirs")
    held = filled(submitted)
    reason = " ".join(held.reason.split())
    offered = form.has(submitted, "theirs")
    is_theirs = theirs is not None and theirs.person == person
    wrong = form.errors(
        mine=None if mine else "Choose one of your shifts.",
        person="Choose somebody who has a shift to come." if held.user is None or not offered else None,
        theirs="Choose one of their shifts." if offered and not is_theirs else None,
        reason=form.length_error(reason, LONGEST_REASON),
    )
    if wrong or mine is None or theirs is None or held.user is None:
        return wrong
    return Wanted(mine, held.user, theirs, reason)
