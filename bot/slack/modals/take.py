"""Take over now: which schedule, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import option
from bot.templates import mrkdwn

LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480, 720, 1440))
USUAL = timedelta(hours=2)


@dataclass(frozen=True)
class Wanted:
    schedule: ScheduleId
    lasts: timedelta


def view(
    schedules: Sequence[tuple[ScheduleId, str]],
    schedule: ScheduleId | None = None,
    lasts: timedelta | None = None,
) -> dict[str, Any]:
    """`schedules` by id and shown name."""
    wanted = lasts or USUAL
    lengths = sorted({*LENGTHS, wanted})
    options = [option(mrkdwn.duration(one), str(int(one.total_seconds()))) for one in lengths]
    blocks = [
        form.field("Schedule", "schedule", form.choice(form.named(schedules), schedule)),
        form.field("For", "lasts", form.choice(options, str(int(wanted.total_seconds())))),
    ]
    return form.modal(ids.MODAL_TAKE, "Take over now", blocks, "Take it")


def read(submitted: Mapping[str, Any]) -> Wanted | Errors:
    schedule, lasts = form.chosen(submitted, "schedule"), form.chosen(submitted, "lasts")
    wrong = form.errors(
        schedule=None if schedule else "Choose a schedule.", lasts=None if lasts else "Choose for how long."
    )
    if wrong or not (schedule and lasts):
        return wrong
    return Wanted(ScheduleId(schedule), timedelta(seconds=int(lasts)))
