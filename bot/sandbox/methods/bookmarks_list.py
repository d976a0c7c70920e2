"""`bookmarks.list`: the links at the top of a channel."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "bookmarks.list",
    transport="post",
    tier=TIER_3,
    scope="bookmarks:read",
    args="channel_id",
    required="channel_id",
)
def bookmarks_list(call: Call) -> Json:
    """Bookmarks in order of making."""
    return {"bookmarks": call.conversation("channel_id").bookmarks}
