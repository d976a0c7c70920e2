"""`conversations.members`: who is in a conversation."""

from __future__ import annotations

from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import READ, Call, method
from bot.sandbox.wire import Json


@method(
    "conversations.members",
    transport="get",
    tier=TIER_4,
    kinds=READ,
    args="channel limit:int cursor",
    required="channel",
)
def conversations_members(call: Call) -> Json:
    """User ids in order of joining."""
    some, cursor = page(call, call.conversation(member=False).members)
    return {"members": some, "response_metadata": {"next_cursor": cursor}}
