"""`chat.scheduleMessage`: write into a conversation later."""

from __future__ import annotations

from bot.sandbox import scheduling
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.chat_post_message import checked_metadata, said, where
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "chat.scheduleMessage",
    transport="json",
    tier=TIER_3,
    scope="chat:write",
    args="channel post_at:int text markdown_text blocks:json attachments:json thread_ts reply_broadcast:bool "
    "metadata:json unfurl_links:bool unfurl_media:bool link_names:bool parse",
    required="channel post_at",
)
def chat_schedule_message(call: Call) -> Json:
    """Nobody sees it before its time; what is wrong with it is said at once."""
    conversation = where(call)
    what = said(call)
    thread_ts = call.args.get("thread_ts")
    if thread_ts and thread_ts not in conversation.messages:
        raise SlackError("thread_not_found")
    bot_id = call.workspace.people[call.caller.user].bot_id
    fields = {
        "user": call.caller.user,
        "bot_id": bot_id,
        "thread_ts": thread_ts,
        "subtype": "thread_broadcast" if thread_ts and call.args.get("reply_broadcast") else None,
        "metadata": checked_metadata(call.args.get("metadata")),
    }
    scheduled = scheduling.schedule(call.sandbox, conversation, what, call.args["post_at"], fields)
    message = {"text": what.text, "type": "delayed_message", "subtype": "bot_message", "bot_id": bot_id}
    return {
        "channel": conversation.id,
        "scheduled_message_id": scheduled.id,
        "post_at": scheduled.post_at,
        "message": message,
    }
