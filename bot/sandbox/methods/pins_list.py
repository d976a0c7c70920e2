"""`pins.list`: what is pinned, newest first."""

from __future__ import annotations

from bot.sandbox import marking
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("pins.list", transport="get", tier=TIER_2, scope="pins:read", args="channel", required="channel")
def pins_list(call: Call) -> Json:
    """Pinned messages as items."""
    conversation = call.conversation()
    messages = [conversation.messages[pin.ts] for pin in reversed(conversation.pins)]
    return {"items": [marking.pinned_item(call.sandbox, conversation, each) for each in messages]}
