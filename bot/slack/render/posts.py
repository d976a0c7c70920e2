"""What is posted in an incident's channel and under its announcement as things happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.ids import IncidentId, PageId, UserId, incident_label
from bot.core.incident import IncidentStatus, Update
from bot.core.task import Task
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.render.incident import LONG_TEXT, update_text
from bot.slack.render.message import Block, Message, actions, button, lines, message, section, sentence
from bot.templates import mrkdwn, own, say

LAST_UPDATES = 3
MOST_TASKS = 10


def joined_late(
    view: IncidentView, updates: Sequence[Update] = (), open_tasks: Sequence[Task] = ()
) -> Message:
    """For somebody who comes later: what is broken, since when, who leads, what was tried, what they could take."""
    text = say("incident", "joined_late", view)
    tried = [f"• {update_text(update)}" for update in updates[-LAST_UPDATES:]]
    blocks = [section(text)]
    if tried:
        blocks += [section("*What was tried*"), *(section(line) for line in tried)]
    if open_tasks:
        named = [f"• {say('tasks', 'line', task)}" for task in open_tasks[:MOST_TASKS]]
        blocks += map(section, lines(["*Open tasks*", *named]))
        blocks.append(actions([button("Tasks", ids.TASKS_OPEN, view.id)]))
    free = sum(task.assignee is None for task in open_tasks)
    blocks.append(section(say("incident", "could_take", view, free)))
    return message(text, blocks)


def update_post(
    view: IncidentView, text: str, status: IncidentStatus, by: UserId, next_at: datetime | None = None
) -> Message:
    """A status update, in the channel and in the announcement's thread."""
    head = say("incident", "update_head", view, status.value, by, next_at)
    body = own.of_update(view, text, status) or mrkdwn.prose(mrkdwn.cut(text, LONG_TEXT))
    return message(say("incident", "update_notification", view, text), (section(head), section(body)))


def severity_post(view: IncidentView, by: UserId | None, previous: str) -> Message:
    who = mrkdwn.mention(by) if by else "Tocsin"
    return sentence(say("incident", "severity_changed", view, who, previous))


def role_post(user: UserId, role: str, by: UserId | None = None, previous: UserId | None = None) -> Message:
    """`role` by its shown name."""
    return sentence(say("incident", "role_assigned", user, role, by, previous))


def handoff_post(view: IncidentView, by: UserId, told: Mapping[str, Any]) -> Message:
    """`told`: `user` who takes over, `previous`, `going_on` and `next`."""
    head = say("posts", "handoff", view.id, by, told["user"], told["previous"])
    answers = _answers([("What is going on", told["going_on"]), ("What is next", told["next"])])
    return message(head, (section(head), *answers))


def acknowledged_post(user: UserId, page: PageId, runbook: str | None = None) -> Message:
    """Who has it, and what they and whoever helps are to do first."""
    first_step = [say("page", "first_step", runbook)] if mrkdwn.is_web(runbook) else []
    return sentence(" ".join([say("incident", "acknowledged", user, page), *first_step]))


def resolved_post(view: IncidentView) -> Message:
    """The end: what happened and what fixed it."""
    head = say("incident", "resolved_head", view)
    answers = _answers([("What happened", view.what_happened), ("What fixed it", view.fix)])
    return message(head, (section(head), *answers))


def _answers(told: Sequence[tuple[str, str]]) -> list[Block]:
    """Those that were given."""
    return [
        section(f"*{label}:* {mrkdwn.prose(mrkdwn.cut(text, LONG_TEXT))}")
        for label, text in told
        if text.strip()
    ]


def canceled_post(view: IncidentView, by: UserId, reason: str) -> Message:
    return sentence(say("incident", "canceled", view, by, reason))


def reopened_post(view: IncidentView, by: UserId, reason: str) -> Message:
    return sentence(say("incident", "reopened", view, by, reason))


def merged_post(view: IncidentView, by: UserId) -> Message | None:
    """Where it goes on, with the way there; for a private one, whom to ask. None when it was never merged."""
    place = view.merged_into
    if place is None:
        return None
    text = say("posts", "merged", by, view, place)
    join = button(f"Join {incident_label(place.id)}", ids.INCIDENT_JOIN, place.id)
    return message(text, [section(text), *([actions([join])] if place.channel else [])])


def setup_problem(view: IncidentView) -> Message:
    """For the declarer: what Slack refused, that nothing is lost, and what to do."""
    text = say("incident", "setup_problem", view)
    return message(text, (section(text), actions([_try_again(view.id)])))


def _try_again(incident: IncidentId) -> Block:
    return button("Try again", ids.INCIDENT_RETRY_SETUP, incident)
