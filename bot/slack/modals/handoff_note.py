"""What one shift leaves to the next, begun with the shift's facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId
from bot.core.shift_views import HandoffForm
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render import shift_notices
from bot.slack.render.message import section
from bot.templates import say


@dataclass(frozen=True)
class LeftNote:
    schedule: ScheduleId
    hand_off_at: datetime
    text: str


def view(shown: HandoffForm) -> dict[str, Any]:
    """Filled with the note that the reader has left already, else with the facts."""
    text = shown.own or shift_notices.draft(shown.facts, shown.zone)
    blocks = [
        section(say("on_call_shifts", "note_for", shown)),
        form.field("What should the next shift know?", "note", form.text(text, multiline=True)),
    ]
    carried = {"schedule": shown.schedule_id, "at": shown.hand_off_at.isoformat()}
    return form.modal(ids.MODAL_HANDOFF_NOTE, "Hand-off note", blocks, "Leave it", carried)


def read(submitted: Mapping[str, Any]) -> LeftNote | Errors:
    carried = form.metadata(submitted)
    text = form.typed(submitted, "note")
    wrong = form.errors(
        note=form.length_error(text, form.LONG_TEXT, 1, "Write what the next shift should know.")
    )
    return wrong or LeftNote(ScheduleId(carried["schedule"]), datetime.fromisoformat(carried["at"]), text)
