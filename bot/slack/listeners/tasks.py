"""An incident's tasks: typed, filled in, and done with a touch."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot.core.due import EXAMPLES, due_at
from bot.core.ids import IncidentId, TaskId, UserId
from bot.core.permissions import Action
from bot.core.views import IncidentView
from bot.errors import Wrong
from bot.queries import incidents, people
from bot.slack import commands, ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Redraw, Tell
from bot.slack.listeners.naming import certainly
from bot.slack.listeners.serving import Serve
from bot.slack.modals import tasks as modal
from bot.slack.render import incident_replies as replies
from bot.usecases import incident_tasks
from bot.usecases.incident_tasks import Tasked


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.action(ids.TASKS_OPEN)(serve(open_tasks, Action.WORK_INCIDENT, Click))
    bolt.action(ids.TASK_DONE)(serve(finish, Action.WORK_INCIDENT, Click))
    bolt.action(ids.TASK_REOPEN)(serve(reopen, Action.WORK_INCIDENT, Click))
    bolt.action(re.compile(f"^{ids.TASK_ASSIGN}:"))(serve(assign, Action.WORK_INCIDENT, Click))
    bolt.view(ids.MODAL_TASKS)(serve(add, Action.WORK_INCIDENT, Submission))


async def typed(desk: Desk, asked: Asked, view: IncidentView, command: commands.Task) -> Answer:
    """`/incident task …`; without a text the list opens."""
    if not command.text:
        return await form(desk, view)
    due = await _due(desk, asked, command.due)
    if command.due and due is None:
        raise Wrong(
            f'I don\'t understand the time "{command.due[:60]}", or it is over. Write it like {EXAMPLES}. '
            "No task was added."
        )
    return await _add(desk, asked, view.id, command.text, command.user, due)


async def form(desk: Desk, view: IncidentView) -> Open:
    async with desk.db.read() as conn:
        shown = await incidents.tasks_of(conn, view.id)
    return Open(modal.view(shown, view.merged_into is None))


async def open_tasks(desk: Desk, asked: Asked) -> Answer:
    return await form(desk, await certainly(desk, asked, asked.incident))


async def add(desk: Desk, asked: Asked) -> Answer:
    filled = modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    due = await _due(desk, asked, filled.due)
    if filled.due and due is None:
        return FieldErrors(modal.not_understood())
    return await _add(desk, asked, filled.incident, filled.text, filled.assignee, due)


async def finish(desk: Desk, asked: Asked) -> Answer:
    return await _changed(desk, asked, asked.value, incident_tasks.finish)


async def reopen(desk: Desk, asked: Asked) -> Answer:
    return await _changed(desk, asked, asked.value, incident_tasks.reopen)


async def assign(desk: Desk, asked: Asked) -> Answer:
    """The task is in the menu's id, the person is what was chosen."""
    user = UserId(asked.value) if asked.value else None
    number = TaskId(int(asked.action.rpartition(":")[2]))
    tasked = await incident_tasks.assign(desk.db, desk.catalogue(), number, asked.user, user)
    return await _drawn_again(desk, asked, tasked)


async def _changed(desk: Desk, asked: Asked, number: str, change: Callable[..., Awaitable[Tasked]]) -> Answer:
    tasked = await change(desk.db, desk.catalogue(), TaskId(int(number)), asked.user)
    return await _drawn_again(desk, asked, tasked)


async def _drawn_again(desk: Desk, asked: Asked, tasked: Tasked) -> Answer:
    view = await certainly(desk, asked, tasked.task.incident)
    return Redraw((await form(desk, view)).view)


async def _add(
    desk: Desk, asked: Asked, number: IncidentId, text: str, user: UserId | None, due: datetime | None
) -> Answer:
    tasked = await incident_tasks.add(
        desk.db, desk.catalogue(), number, asked.user, text, user, due, once=f"trigger:{asked.trigger}"
    )
    view = await certainly(desk, asked, number)
    return Tell(replies.task_added(tasked.task), view.channel) if tasked else None


async def _due(desk: Desk, asked: Asked, words: str) -> datetime | None:
    if not words:
        return None
    async with desk.db.read() as conn:
        zone = await people.zone_of(conn, asked.user)
    return due_at(words, desk.clock.now(), zone)
