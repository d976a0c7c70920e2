"""Put somebody on call for a span: which schedule, who, from when until when, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId, UserId
from bot.core.on_call_views import PlannedChoice
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors

LONGEST_REASON = 300


@dataclass(frozen=True)
class Wanted:
    schedule: ScheduleId
    user: UserId
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


def view(schedules: Sequence[tuple[ScheduleId, str]], choice: PlannedChoice) -> dict[str, Any]:
    """`schedules` by id and shown name; `choice` is what was said already."""
    reason = form.text(choice.reason, LONGEST_REASON, placeholder="Ana travels")
    blocks = [
        form.field("Schedule", "schedule", form.choice(form.named(schedules), choice.schedule)),
        form.field("Who is on call", "person", form.person(choice.user)),
        form.field("From", "starts", form.moment(choice.starts_at)),
        form.field("Until", "ends", form.moment(choice.ends_at)),
        form.field("Reason", "reason", reason, optional=True, hint="Whoever it concerns reads it."),
    ]
    return form.modal(ids.MODAL_OVERRIDE, "Override", blocks, "Put on call")


def read(submitted: Mapping[str, Any]) -> Wanted | Errors:
    schedule = form.chosen(submitted, "schedule")
    user = form.person_chosen(submitted, "person")
    starts_at, ends_at = form.moment_chosen(submitted, "starts"), form.moment_chosen(submitted, "ends")
    reason = " ".join(form.typed(submitted, "reason").split())
    wrong = form.errors(
        schedule=None if schedule else "Choose a schedule.",
        person=None if user else "Choose who is on call.",
        starts=None if starts_at else "Choose when it begins.",
        ends=None if ends_at else "Choose when it ends.",
        reason=form.length_error(reason, LONGEST_REASON),
    )
    if wrong or not (schedule and user and starts_at and ends_at):
        return wrong
    return Wanted(ScheduleId(schedule), UserId(user), starts_at, ends_at, reason)
