"""`chat.update`: edit the caller's own message."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.chat_post_message import checked_metadata
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.posting import content, edit
from bot.sandbox.wire import Json, SlackError

LONGEST_TEXT = 4_000


@method(
    "chat.update",
    transport="json",
    tier=TIER_3,
    scope="chat:write",
    args="channel ts text blocks:json attachments:json metadata:json markdown_text parse link_names:bool "
    "reply_broadcast:bool",
    required="channel ts",
)
def chat_update(call: Call) -> Json:
    """Replace text, blocks, attachments, metadata; what is not given stays, an empty list removes."""
    conversation = call.conversation(member=False)
    message = call.message(conversation, "ts")
    if message.user != call.caller.user:
        raise SlackError("cant_update_message")
    if conversation.archived:
        raise SlackError("is_inactive")
    text = call.args.get("text") or call.args.get("markdown_text")
    if text and len(text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    kept_text = message.text if text is None and call.args.get("blocks") is None else text
    what = content(
        call.workspace,
        kept_text,
        call.args.get("blocks", message.blocks),
        call.args.get("attachments", message.attachments),
    )
    if "metadata" in call.args:
        message.metadata = checked_metadata(call.args["metadata"])
    edit(call.sandbox, conversation, message, what, call.caller.user)
    shape = shapes.message(call.workspace, message)
    return {"channel": conversation.id, "ts": message.ts, "text": message.text, "message": shape}
