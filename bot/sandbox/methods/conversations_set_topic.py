"""`conversations.setTopic`: what a channel says about itself."""

from __future__ import annotations

from bot.sandbox import conversing, shapes
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import TOPIC, Call, method
from bot.sandbox.wire import Json


@method(
    "conversations.setTopic",
    transport="post",
    tier=TIER_2,
    kinds=TOPIC,
    args="channel topic",
    required="channel",
)
def conversations_set_topic(call: Call) -> Json:
    """Set the topic, up to 250 characters; empty clears it."""
    channel = call.conversation(archived=False)
    conversing.describe(call.sandbox, channel, "topic", call.args.get("topic", ""), call.caller.user)
    return {"channel": shapes.conversation(call.workspace, channel, call.caller.user)}
