"""`reactions.add`: add a reaction to a message."""

from __future__ import annotations

import re

from bot.sandbox import marking
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "reactions.add",
    transport="post",
    tier=TIER_3,
    scope="reactions:write",
    args="channel timestamp name",
    required="channel timestamp name",
)
def reactions_add(call: Call) -> Json:
    """React with an emoji's name, without its colons."""
    conversation = call.conversation(archived=False)
    name = call.args["name"].strip(":")
    if not re.fullmatch(r"[\w+'’-]+(::skin-tone-[2-6])?", name):
        raise SlackError("invalid_name")
    marking.react(call.sandbox, conversation, call.message(conversation, "timestamp"), name, call.caller.user)
    return {}
