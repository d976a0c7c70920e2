"""`reactions.remove`: take a reaction back."""

from __future__ import annotations

from bot.sandbox import marking
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "reactions.remove",
    transport="post",
    tier=TIER_2,
    scope="reactions:write",
    args="channel timestamp name",
    required="channel timestamp name",
)
def reactions_remove(call: Call) -> Json:
    """Unreact with an emoji's name, without its colons."""
    conversation = call.conversation(archived=False)
    name = call.args["name"].strip(":")
    marking.unreact(
        call.sandbox, conversation, call.message(conversation, "timestamp"), name, call.caller.user
    )
    return {}
