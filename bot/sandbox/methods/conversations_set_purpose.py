"""`conversations.setPurpose`: what a channel says about itself."""

from __future__ import annotations

from bot.sandbox import conversing, shapes
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import TOPIC, Call, method
from bot.sandbox.wire import Json


@method(
    "conversations.setPurpose",
    transport="post",
    tier=TIER_2,
    kinds=TOPIC,
    args="channel purpose",
    required="channel",
)
def conversations_set_purpose(call: Call) -> Json:
    """Set the purpose, up to 250 characters; empty clears it."""
    channel = call.conversation(archived=False)
    conversing.describe(call.sandbox, channel, "purpose", call.args.get("purpose", ""), call.caller.user)
    return {"channel": shapes.conversation(call.workspace, channel, call.caller.user)}
