"""Messages that are posted later."""

from __future__ import annotations

import asyncio

from bot.sandbox.posting import Content, post
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Scheduled, epoch
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Workspace

FURTHEST = 120 * 24 * 3600
"""Seconds ahead."""
MOST_AT_A_TIME = 30
A_TIME = 300
"""At most 30 messages for one channel within any five minutes."""


def schedule(
    sandbox: Sandbox, conversation: Conversation, what: Content, post_at: int, fields: Json
) -> Scheduled:
    """Post this at that time. Raises `SlackError`: time_in_past, time_too_far, restricted_too_many."""
    now = epoch()
    if post_at <= now:
        raise SlackError("time_in_past")
    if post_at > now + FURTHEST:
        raise SlackError("time_too_far")
    _refuse_crowd(sandbox.workspace, conversation, post_at)
    scheduled = Scheduled(
        sandbox.workspace.ids.new("Q"),
        conversation.id,
        post_at,
        now,
        what.text,
        list(what.blocks),
        list(what.attachments),
        fields,
    )
    sandbox.workspace.scheduled[scheduled.id] = scheduled
    sandbox.tasks.start(_post_then(sandbox, sandbox.workspace, scheduled))
    return scheduled


def _refuse_crowd(workspace: Workspace, conversation: Conversation, post_at: int) -> None:
    near = [
        each
        for each in workspace.scheduled.values()
        if each.channel == conversation.id and abs(each.post_at - post_at) < A_TIME
    ]
    if len(near) >= MOST_AT_A_TIME:
        raise SlackError("restricted_too_many")


async def _post_then(sandbox: Sandbox, workspace: Workspace, scheduled: Scheduled) -> None:
    """Wait, then post, unless it was deleted, the channel closed or the workspace replaced meanwhile."""
    await asyncio.sleep(max(0, scheduled.post_at - epoch()))
    if workspace.scheduled.pop(scheduled.id, None) is None or sandbox.workspace is not workspace:
        return
    conversation = workspace.conversations.get(scheduled.channel)
    if conversation is None or conversation.archived:
        return
    what = Content(scheduled.text, tuple(scheduled.blocks), tuple(scheduled.attachments))
    post(sandbox, conversation, what, **scheduled.fields)
