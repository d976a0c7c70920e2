"""`chat.postMessage`: write into a conversation."""

from __future__ import annotations

import json

from bot.sandbox import shapes
from bot.sandbox.limits import MESSAGES_OF_A_CHANNEL
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.posting import Content, content, post
from bot.sandbox.state import Conversation
from bot.sandbox.wire import Json, SlackError

METADATA_BYTES = 8_000
MARKDOWN_TEXT = 12_000


@method(
    "chat.postMessage",
    transport="json",
    tier=None,
    scope="chat:write",
    args="channel text markdown_text blocks:json attachments:json thread_ts reply_broadcast:bool metadata:json "
    "mrkdwn:bool unfurl_links:bool unfurl_media:bool link_names:bool parse",
    required="channel",
)
def chat_post_message(call: Call) -> Json:
    """Post; the answer carries `channel`, `ts` and the message. A user id as channel is the DM with that person."""
    conversation = where(call)
    what = said(call)
    thread_ts = call.args.get("thread_ts")
    if thread_ts and thread_ts not in conversation.messages:
        raise SlackError("thread_not_found")
    wait = call.sandbox.limits.take(f"messages:{conversation.id}", MESSAGES_OF_A_CHANNEL)
    if wait is not None:
        raise SlackError("ratelimited", retry_after=wait)
    broadcast = bool(thread_ts and call.args.get("reply_broadcast"))
    person = call.workspace.people[call.caller.user]
    message = post(
        call.sandbox,
        conversation,
        what,
        user=person.id,
        bot_id=person.bot_id,
        thread_ts=thread_ts,
        subtype="thread_broadcast" if broadcast else None,
        metadata=checked_metadata(call.args.get("metadata")),
    )
    return {"channel": conversation.id, "ts": message.ts, "message": shapes.message(call.workspace, message)}


def said(call: Call) -> Content:
    """The words of a call that writes. Raises `SlackError`."""
    markdown = call.args.get("markdown_text")
    if markdown and (call.args.get("text") or call.args.get("blocks")):
        raise SlackError("markdown_text_conflict")
    if markdown and len(markdown) > MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    return content(
        call.workspace,
        call.args.get("text") or markdown,
        call.args.get("blocks"),
        call.args.get("attachments"),
    )


def checked_metadata(metadata: Json | None) -> Json | None:
    """Message metadata. Raises `SlackError`: invalid_metadata_format, metadata_too_large."""
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= set(metadata):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def where(call: Call) -> Conversation:
    """Where a call writes: a conversation, a channel's name, or a person's DM. Raises `SlackError`."""
    wanted = str(call.args["channel"])
    if wanted in call.workspace.people:
        person = call.workspace.people[wanted]
        if person.deleted:
            raise SlackError("user_disabled")
        call.args["channel"] = call.workspace.open_direct(call.caller.user, person.id).id
    elif wanted not in call.workspace.conversations:
        named = call.workspace.channel_named(wanted)
        call.args["channel"] = named.id if named else wanted
    conversation = call.conversation(member=False, archived=False)
    if call.caller.user not in conversation.members:
        scopes = call.caller.scopes
        if scopes is not None and "chat:write.public" not in scopes:
            raise SlackError("not_in_channel")
    return conversation
