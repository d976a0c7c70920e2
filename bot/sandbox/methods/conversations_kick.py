"""`conversations.kick`: take somebody out of a channel."""

from __future__ import annotations

from bot.sandbox import conversing
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.kick",
    transport="post",
    tier=TIER_3,
    kinds=MANAGE,
    args="channel user",
    required="channel user",
)
def conversations_kick(call: Call) -> Json:
    """Not oneself, and nobody from #general."""
    channel = call.conversation(archived=False)
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    person = call.person()
    if person.id == call.caller.user:
        raise SlackError("cant_kick_self")
    if channel.is_general:
        raise SlackError("cant_kick_from_general")
    if person.id not in channel.members:
        raise SlackError("not_in_channel")
    conversing.leave(call.sandbox, channel, person.id)
    return {}
