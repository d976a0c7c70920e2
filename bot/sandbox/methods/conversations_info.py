"""`conversations.info`: one conversation."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import READ, Call, method
from bot.sandbox.wire import Json


@method(
    "conversations.info",
    transport="get",
    tier=TIER_3,
    kinds=READ,
    args="channel include_num_members:bool include_locale:bool",
    required="channel",
)
def conversations_info(call: Call) -> Json:
    """The conversation as the caller sees it."""
    found = call.conversation(member=False)
    count = bool(call.args.get("include_num_members"))
    return {"channel": shapes.conversation(call.workspace, found, call.caller.user, count=count)}
