"""`conversations.unarchive`: open an archived channel again."""

from __future__ import annotations

from bot.sandbox import conversing
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.unarchive", transport="post", tier=TIER_2, kinds=MANAGE, args="channel", required="channel"
)
def conversations_unarchive(call: Call) -> Json:
    """Unarchive a channel that the caller is in."""
    channel = call.conversation()
    if not channel.archived:
        raise SlackError("not_archived")
    conversing.unarchive(call.sandbox, channel, call.caller.user)
    return {}
