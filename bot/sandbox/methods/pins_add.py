"""`pins.add`: pin a message."""

from __future__ import annotations

from bot.sandbox import marking
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "pins.add",
    transport="post",
    tier=TIER_2,
    scope="pins:write",
    args="channel timestamp",
    required="channel timestamp",
)
def pins_add(call: Call) -> Json:
    """Pin a message."""
    conversation = call.conversation(archived=False)
    marking.pin(call.sandbox, conversation, call.message(conversation, "timestamp"), call.caller.user)
    return {}
