"""`conversations.replies`: a thread, its first message first."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.conversations_history import MOST, between
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import HISTORY, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.replies",
    transport="get",
    tier=TIER_3,
    kinds=HISTORY,
    args="channel ts oldest latest inclusive:bool limit:int cursor include_all_metadata:bool",
    required="channel ts",
)
def conversations_replies(call: Call) -> Json:
    """The thread that a message began or is part of."""
    conversation = call.conversation()
    message = conversation.messages.get(call.args["ts"])
    if message is None:
        raise SlackError("thread_not_found")
    parent = conversation.messages.get(message.thread_ts or message.ts, message)
    replies = [conversation.messages[ts] for ts in conversation.threads.get(parent.ts, ())]
    some, cursor = page(call, [parent, *between(call, replies)], default=1000, most=MOST)
    metadata = bool(call.args.get("include_all_metadata"))
    return {
        "messages": [shapes.message(call.workspace, each, metadata=metadata) for each in some],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }
