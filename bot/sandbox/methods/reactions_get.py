"""`reactions.get`: a message's reactions."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "reactions.get",
    transport="get",
    tier=TIER_3,
    scope="reactions:read",
    args="channel timestamp full:bool",
    required="channel timestamp",
)
def reactions_get(call: Call) -> Json:
    """The message with its reactions."""
    conversation = call.conversation()
    message = call.message(conversation, "timestamp")
    return {"type": "message", "channel": conversation.id, "message": shapes.message(call.workspace, message)}
