"""Writing, editing and deleting messages, whoever does it, and telling the app and the open pages."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox import filing, shapes
from bot.sandbox.blockkit import check_attachments, check_blocks, with_ids
from bot.sandbox.blockkit.surfaces import MESSAGE_CHARACTERS, MOST_ATTACHMENTS, characters
from bot.sandbox.events import emit
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Workspace

LONGEST_TEXT = 40_000
"""Characters; chat.postMessage cuts what is longer."""


@dataclass(frozen=True)
class Content:
    """What a message says; checked, with ids filled in."""

    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()


def content(workspace: Workspace, text: Any = None, blocks: Any = None, attachments: Any = None) -> Content:
    """Check what an app wants to say. Raises `SlackError` as chat.postMessage does."""
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if isinstance(attachments, list) and len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    problems = [problem for problem in check_blocks(blocks or [], "message", "/blocks")]
    problems += check_attachments(attachments or [])
    if problems:
        raise SlackError(
            "invalid_blocks",
            messages=[problem.line() for problem in problems],
            errors=[problem.line().removeprefix("[ERROR] ") for problem in problems],
        )
    filing.refuse_unknown_pictures(workspace, blocks or [])
    if characters(blocks or []) > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    filled = tuple(_with_ids(each) for each in attachments or ())
    return Content(escape_ampersands(str(text or ""))[:LONGEST_TEXT], tuple(with_ids(blocks or [])), filled)


def _with_ids(attachment: Json) -> Json:
    return attachment | ({"blocks": with_ids(attachment["blocks"])} if "blocks" in attachment else {})


def escape_ampersands(text: str) -> str:
    """Slack stores a bare & escaped; entities stay."""
    return re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)


def post(sandbox: Sandbox, conversation: Conversation, what: Content, **fields: Any) -> Message:
    """Add a message to a conversation and tell everybody. `fields` are those of `Message`."""
    message = Message(
        channel=conversation.id,
        ts=sandbox.workspace.ids.ts(),
        text=what.text,
        blocks=list(what.blocks),
        attachments=list(what.attachments),
        **fields,
    )
    conversation.messages[message.ts] = message
    if message.is_reply:
        conversation.threads.setdefault(str(message.thread_ts), []).append(message.ts)
    announce(sandbox, conversation, message)
    return message


def announce(sandbox: Sandbox, conversation: Conversation, message: Message) -> None:
    """Tell the app and the open pages of a new message."""
    sandbox.changed(conversation)
    body = copy.deepcopy(shapes.message(sandbox.workspace, message))
    emit(sandbox, body | _place(conversation, message.ts), conversation)
    mentioned = f"<@{sandbox.workspace.bot.id}" in message.text
    if (
        mentioned
        and message.bot_id is None
        and message.subtype is None
        and conversation.kind in ("channel", "private")
    ):
        kept = ("user", "text", "ts", "team", "blocks", "thread_ts", "client_msg_id")
        mention = {name: body[name] for name in kept if name in body}
        emit(
            sandbox,
            {"type": "app_mention", **mention, "channel": conversation.id, "event_ts": message.ts},
            conversation,
        )


def whisper(
    sandbox: Sandbox, conversation: Conversation, what: Content, to: str, thread_ts: str | None = None
) -> Message:
    """Show a message to one person alone; the app hears nothing of it and history forgets it."""
    workspace = sandbox.workspace
    message = Message(
        channel=conversation.id,
        ts=workspace.ids.ts(),
        text=what.text,
        user=workspace.bot.id,
        bot_id=workspace.bot.bot_id,
        blocks=list(what.blocks),
        attachments=list(what.attachments),
        thread_ts=thread_ts,
        seen_by=to,
    )
    conversation.ephemerals.append(message)
    sandbox.changed(conversation)
    sandbox.witnesses.reply(to, message)
    return message


def edit(sandbox: Sandbox, conversation: Conversation, message: Message, what: Content, by: str) -> None:
    """Replace what a message says; the earlier buttons stay clickable on stale screens only."""
    before = copy.deepcopy(shapes.message(sandbox.workspace, message))
    message.former.append(message.blocks)
    message.text = what.text
    message.blocks, message.attachments = list(what.blocks), list(what.attachments)
    if message.seen_by is None:
        message.edited = {"user": by, "ts": sandbox.workspace.ids.ts()}
        emit_change(sandbox, conversation, message, before)
    sandbox.changed(conversation)
    sandbox.witnesses.message_changed(conversation.id, message.ts)


def emit_change(sandbox: Sandbox, conversation: Conversation, message: Message, before: Json) -> None:
    """Send `message_changed`, with the message as it was and as it is."""
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": copy.deepcopy(shapes.message(sandbox.workspace, message)),
        "previous_message": before,
        "hidden": True,
    }
    emit(sandbox, event | _place(conversation, sandbox.workspace.ids.ts()), conversation)


def delete(sandbox: Sandbox, conversation: Conversation, message: Message) -> None:
    """Take a message away, with its pins."""
    before = copy.deepcopy(shapes.message(sandbox.workspace, message))
    sandbox.changed(conversation)
    sandbox.witnesses.message_changed(conversation.id, message.ts)
    if message.seen_by is not None:
        conversation.ephemerals.remove(message)
        return
    del conversation.messages[message.ts]
    conversation.pins = [pin for pin in conversation.pins if pin.ts != message.ts]
    if message.is_reply:
        conversation.threads[str(message.thread_ts)].remove(message.ts)
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "deleted_ts": message.ts,
        "previous_message": before,
        "hidden": True,
    }
    emit(sandbox, event | _place(conversation, sandbox.workspace.ids.ts()), conversation)


def _place(conversation: Conversation, ts: str) -> Json:
    return {"channel": conversation.id, "channel_type": conversation.event_kind, "ts": ts, "event_ts": ts}
