"""Ask for cover: which shift or which part of it, whom, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId, UserId
from bot.core.on_call_views import PlannedChoice, ShiftChoice
from bot.slack import ids
from bot.slack.modals import form, shifts
from bot.slack.modals.form import Errors
from bot.slack.modals.override import LONGEST_REASON
from bot.slack.render.message import Block


@dataclass(frozen=True)
class Wanted:
    schedule: ScheduleId
    starts_at: datetime
    ends_at: datetime
    people: tuple[UserId, ...] = ()
    groups: tuple[str, ...] = ()
    """By id, of Slack."""
    reason: str = ""


@dataclass(frozen=True)
class Groups:
    """Slack's user groups by id and handle, and the ids of those that were named already."""

    known: Sequence[tuple[str, str]] = ()
    chosen: Sequence[str] = ()

    def field(self) -> list[Block]:
        hint = "Everybody in them is asked."
        return [form.user_groups(self.known, hint, self.chosen)] if self.known else []


NO_GROUPS = Groups()


def view(
    mine: Sequence[ShiftChoice],
    now: datetime,
    zone: str,
    choice: PlannedChoice,
    people: Sequence[UserId] = (),
    groups: Groups = NO_GROUPS,
) -> dict[str, Any]:
    """`mine` must hold at least one shift; `zone` is the reader's."""
    initial = shifts.likely(mine, choice.schedule, choice.starts_at) or shifts.likely(mine, None, None)
    reason = form.text(choice.reason, LONGEST_REASON, placeholder="Dentist")
    whom: dict[str, Any] = form.persons("Everybody on the schedule")
    if people:
        whom["initial_users"] = list(people)
    blocks = [
        form.field("Shift", "shift", shifts.menu(mine, now, zone, initial)),
        form.field(
            "Only from",
            "starts",
            form.moment(choice.starts_at),
            optional=True,
            hint="Empty: from its beginning.",
        ),
        form.field(
            "Only until", "ends", form.moment(choice.ends_at), optional=True, hint="Empty: until its end."
        ),
        form.field("Ask", "people", whom, optional=True, hint="Empty: everybody else on the schedule."),
        *groups.field(),
        form.field("Reason", "reason", reason, optional=True, hint="Those who are asked read it."),
    ]
    return form.modal(ids.MODAL_COVER, "Ask for cover", blocks, "Ask")


def read(submitted: Mapping[str, Any]) -> Wanted | Errors:
    shift = shifts.chosen(submitted, "shift")
    starts_at, ends_at = form.moment_chosen(submitted, "starts"), form.moment_chosen(submitted, "ends")
    people = tuple(UserId(user) for user in form.persons_chosen(submitted, "people"))
    groups = form.all_chosen(submitted, form.USER_GROUPS)
    reason = " ".join(form.typed(submitted, "reason").split())
    wrong = form.errors(
        shift=None if shift else "Choose one of your shifts.",
        starts="That is not within the shift." if shift and not _within(starts_at, shift) else None,
        ends="That is not within the shift." if shift and not _within(ends_at, shift) else None,
        reason=form.length_error(reason, LONGEST_REASON),
    )
    if wrong or shift is None:
        return wrong
    return Wanted(
        shift.schedule, starts_at or shift.starts_at, ends_at or shift.ends_at, people, groups, reason
    )


def _within(at: datetime | None, shift: ShiftChoice) -> bool:
    return at is None or shift.starts_at <= at <= shift.ends_at
