"""`conversations.mark`: how far the caller has read."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import MANAGE, Call, is_ts, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.mark",
    transport="post",
    tier=TIER_3,
    kinds=MANAGE,
    args="channel ts",
    required="channel ts",
)
def conversations_mark(call: Call) -> Json:
    """Move the mark to a message, forwards or back."""
    conversation = call.conversation()
    if not is_ts(call.args["ts"]):
        raise SlackError("invalid_timestamp")
    conversation.read[call.caller.user] = call.args["ts"]
    call.sandbox.live.tell({"type": "channels"}, only=call.caller.user)
    return {}
