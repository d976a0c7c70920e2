"""`conversations.leave`: walk out of a channel."""

from __future__ import annotations

from bot.sandbox import conversing
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.leave", transport="post", tier=TIER_3, kinds=MANAGE, args="channel", required="channel"
)
def conversations_leave(call: Call) -> Json:
    """Leave; not being in it is said, and no error."""
    channel = call.conversation(member=False, archived=False)
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    if call.caller.user not in channel.members:
        return {"not_in_channel": True}
    conversing.leave(call.sandbox, channel, call.caller.user)
    return {}
