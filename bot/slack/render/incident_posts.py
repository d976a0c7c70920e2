"""What is owed to an incident's channel, in words: one message for each `what` of a post (bot.usecases.incidents)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.ids import PageId, UserId
from bot.core.incident import IncidentStatus
from bot.core.views import IncidentView
from bot.slack import ids
from bot.slack.render import posts
from bot.slack.render.message import Message, actions, button, message, section, sentence
from bot.templates import say

UNDER_ANNOUNCEMENT = "announcement_update"
"""A reply in the announcement's thread; its `event` is the `what` of the same post in the channel."""


def post(view: IncidentView, owed: Mapping[str, Any]) -> Message | None:
    """The message for a post's payload as it was recorded; None for a `what` that nobody has worded."""
    what = owed["event"] if owed["what"] == UNDER_ANNOUNCEMENT else owed["what"]
    by = UserId(owed.get("by", ""))
    match what:
        case "update":
            status = IncidentStatus(owed["status"])
            return posts.update_post(view, owed["text"], status, by, _instant(owed["next_due_at"]))
        case "status":
            return sentence(say("posts", "status", by, owed["status"], owed["previous"]))
        case "severity":
            return posts.severity_post(view, by, owed["previous"])
        case "role":
            previous = UserId(owed["previous"]) if owed["previous"] else None
            return posts.role_post(UserId(owed["user"]), owed["role"], by, previous)
        case "resolved":
            return posts.resolved_post(view)
        case "canceled":
            return posts.canceled_post(view, by, owed["reason"])
        case "handoff":
            return posts.handoff_post(view, by, owed)
        case "renamed":
            return sentence(say("posts", "renamed", view.id, by, owed["title"], owed["previous"]))
        case "reopened":
            return posts.reopened_post(view, by, owed["reason"])
        case "link":
            return sentence(say("posts", "link", by, owed["url"], owed["text"]))
        case "related":
            return sentence(say("posts", "related", by, owed["other"]))
        case "merged":
            return posts.merged_post(view, by)
        case "absorbed":
            return sentence(say("posts", "absorbed", by, owed["merged"], owed["title"]))
        case "task_added" | "task_assigned" | "task_done" | "task_reopened":
            return _of_task(view, what, owed, by)
        case _:
            return _of_pages(view, what, owed, by)


def _of_task(view: IncidentView, what: str, owed: Mapping[str, Any], by: UserId) -> Message:
    text, assignee = owed["text"], owed["assignee"]
    match what:
        case "task_added":
            said = say("tasks", "added_post", by, text, assignee, _instant(owed["due_at"]))
        case "task_assigned":
            said = say("tasks", "assigned_post", by, text, assignee)
        case "task_done":
            said = say("tasks", "done_post", by, text)
        case _:
            said = say("tasks", "reopened_post", by, text)
    return message(said, (section(said), actions([button("Tasks", ids.TASKS_OPEN, view.id)])))


def _of_pages(view: IncidentView, what: str, owed: Mapping[str, Any], by: UserId) -> Message | None:
    match what:
        case "paged":
            return sentence(say("posts", "paged", by, owed["people"], owed["services"], owed["note"]))
        case "acknowledged":
            return posts.acknowledged_post(by, PageId(owed["pages"][0]), owed.get("runbook"))
        case "escalated":
            return sentence(say("posts", "escalated", by, owed["pages"], owed.get("level")))
        case "alerts_resolved":
            return _alerts_resolved(view, PageId(owed["page"]))
        case _:
            return None


def _alerts_resolved(view: IncidentView, page: PageId) -> Message:
    """The problem is over at its source: whether the incident is, people say."""
    text = say("posts", "alerts_resolved", page)
    resolve = button("Resolve", ids.INCIDENT_RESOLVE, view.id)
    return message(text, (section(text), actions([resolve])))


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
