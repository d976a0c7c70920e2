"""`conversations.archive`: close a channel."""

from __future__ import annotations

from bot.sandbox import conversing
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.archive", transport="post", tier=TIER_2, kinds=MANAGE, args="channel", required="channel"
)
def conversations_archive(call: Call) -> Json:
    """Archive a channel that the caller is in; #general stays open."""
    channel = call.conversation()
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_general:
        raise SlackError("cant_archive_general")
    if channel.archived:
        raise SlackError("already_archived")
    conversing.archive(call.sandbox, channel, call.caller.user)
    return {}
