"""`conversations.rename`: another name for a channel."""

from __future__ import annotations

from bot.sandbox import conversing, shapes
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.rename",
    transport="post",
    tier=TIER_2,
    kinds=MANAGE,
    args="channel name",
    required="channel name",
)
def conversations_rename(call: Call) -> Json:
    """Rename a channel that the caller made."""
    channel = call.conversation(archived=False)
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.creator != call.caller.user and call.caller.token == "bot":
        raise SlackError("not_authorized")
    conversing.rename(call.sandbox, channel, call.args["name"], call.caller.user)
    return {"channel": shapes.conversation(call.workspace, channel, call.caller.user)}
