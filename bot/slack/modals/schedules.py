"""The list of all schedules, one schedule, and the preview before a schedule is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.schedule_views import Editable, Preview, ScheduleLine, SchedulePlan
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.packed import packed, unpacked
from bot.slack.render import schedules as render
from bot.slack.render.message import Block, actions, button, context, markdown, plain, section
from bot.templates import mrkdwn, say

MOST_LINES = 45
"""Each takes two blocks of a hundred."""


@dataclass(frozen=True)
class Previewed:
    """What a preview carries until it is saved: an entry as in a file, and the version that it changes."""

    entry: Mapping[str, Any]
    version: str


def listed(lines: Sequence[ScheduleLine]) -> dict[str, Any]:
    """Every schedule with its owner; who may change it here has the button."""
    blocks: list[Block] = [
        section(say("schedules", "intro", len(lines))),
        actions(
            [
                button("New schedule", ids.SCHEDULE_NEW, style="primary"),
                button("Replace a person…", ids.PERSON_REPLACE),
                button("Policies…", ids.POLICIES),
            ],
            "new_schedule",
        ),
    ]
    for line in lines[:MOST_LINES]:
        buttons = [button("Open", ids.SCHEDULE_OPEN, line.id)]
        if line.may_change:
            buttons.append(button("Edit", ids.SCHEDULE_EDIT, line.id))
        blocks += [section(say("schedules", "line", line)), actions(buttons, f"schedule:{line.id}")]
    if len(lines) > MOST_LINES:
        blocks.append(context(say("schedules", "more", len(lines) - MOST_LINES)))
    return form.modal(ids.MODAL_SCHEDULES, "Schedules", blocks)


def opened(shown: Editable, plan: SchedulePlan) -> dict[str, Any]:
    """One schedule with its next two weeks; what can't be changed here says why."""
    blocks: list[Block] = [section(say("schedules", "line", shown.line))]
    if shown.refusal:
        blocks.append(context(mrkdwn.escape(shown.refusal)))
    else:
        blocks.append(
            actions(
                [button("Edit", ids.SCHEDULE_EDIT, shown.schedule.id), _delete(shown)],
                f"schedule:{shown.schedule.id}",
            )
        )
    return form.modal(ids.MODAL_SCHEDULE_OPENED, shown.schedule.name, [*blocks, *render.plan(plan)])


def preview(shown: Preview, carried: Previewed, warning: Block | None = None) -> dict[str, Any] | None:
    """What would be saved; None when it is more than a modal can carry."""
    draft = packed({"entry": carried.entry, "version": carried.version})
    if draft is None:
        return None
    blocks = [warning or section(say("schedules", "not_saved")), *render.preview(shown)]
    return form.modal(ids.MODAL_SCHEDULE_PREVIEW, "Preview", blocks, "Save", {"draft": draft}, close="Back")


def read_preview(submitted: Mapping[str, Any]) -> Previewed:
    found = unpacked(form.metadata(submitted)["draft"])
    return Previewed(found["entry"], found["version"])


def _delete(shown: Editable) -> Block:
    name = mrkdwn.cut(shown.schedule.name, 60)
    return button("Delete", ids.SCHEDULE_DELETE, shown.schedule.id, style="danger") | {
        "confirm": {
            "title": plain(f"Delete {name}?", 100),
            "text": markdown("Nobody is on call by it any more.", 300),
            "confirm": plain("Delete", 30),
            "deny": plain("Keep it", 30),
            "style": "danger",
        }
    }
