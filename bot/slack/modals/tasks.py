"""An incident's tasks: done, reopened and assigned with a touch, and fields for another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.due import EXAMPLES
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, UserId, incident_label
from bot.core.task import LONGEST_TASK, Task
from bot.core.views import TasksView
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import Block, actions, button, context, plain, section
from bot.templates import say

MOST_OPEN = 40
"""Each takes two blocks of a hundred."""
MOST_DONE = 12


@dataclass(frozen=True)
class NewTask:
    """`due` as it was typed."""

    incident: IncidentId
    text: str
    assignee: UserId | None = None
    due: str = ""


def view(shown: TasksView, open_for_more: bool = True) -> dict[str, Any]:
    """With `open_for_more` False it only lists them: the incident was merged."""
    pending = [task for task in shown.tasks if task.is_open]
    done = [task for task in shown.tasks if not task.is_open]
    blocks: list[Block] = []
    if not shown.tasks:
        blocks.append(section(say("tasks", "no_tasks")))
    for task in pending[:MOST_OPEN]:
        blocks += _pending(task)
    if len(pending) > MOST_OPEN:
        blocks.append(context(say("tasks", "more", len(pending) - MOST_OPEN)))
    blocks += [_done(task) for task in done[:MOST_DONE]]
    title = f"Tasks of {incident_label(shown.incident)}"
    if not open_for_more:
        return form.modal(ids.MODAL_TASKS, title, blocks)
    text = form.text("", LONGEST_TASK, placeholder="What is to be done?")
    blocks.append(form.field("New task", "text", text))
    blocks.append(form.field("Who", "assignee", form.person(), optional=True))
    due = form.text("", 60, placeholder="tomorrow 9:30")
    blocks.append(form.field("Due", "due", due, optional=True, hint=f"Such as {EXAMPLES}."))
    return form.modal(ids.MODAL_TASKS, title, blocks, "Add", {"incident": shown.incident})


def read(submitted: Mapping[str, Any]) -> NewTask | Errors:
    text = " ".join(form.typed(submitted, "text").split())
    wrong = form.errors(text=form.length_error(text, LONGEST_TASK, 1, "Say what is to be done."))
    user = form.person_chosen(submitted, "assignee")
    incident = IncidentId(form.metadata(submitted)["incident"])
    return wrong or NewTask(incident, text, UserId(user) if user else None, form.typed(submitted, "due"))


def not_understood() -> Errors:
    return {"due": "I don't understand this time, or it is over. Write it as shown below."}


def _pending(task: Task) -> list[Block]:
    menu: Block = {
        "type": "users_select",
        "action_id": f"{ids.TASK_ASSIGN}:{task.id}",
        "placeholder": plain("Assign…", 150),
    }
    if task.assignee:
        menu["initial_user"] = task.assignee
    done = button("Done", ids.TASK_DONE, task.id, style="primary")
    return [section(say("tasks", "line", task)), actions([done, menu], f"task:{task.id}")]


def _done(task: Task) -> Block:
    return section(say("tasks", "done_line", task), button("Reopen", ids.TASK_REOPEN, task.id))
