"""`bookmarks.remove`: take a bookmark away."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.bookmarks_edit import find_bookmark
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "bookmarks.remove",
    transport="post",
    tier=TIER_2,
    scope="bookmarks:write",
    args="bookmark_id channel_id quip_section_id",
    required="bookmark_id channel_id",
)
def bookmarks_remove(call: Call) -> Json:
    """Remove a bookmark."""
    bookmark = find_bookmark(call)
    call.workspace.conversations[bookmark["channel_id"]].bookmarks.remove(bookmark)
    call.sandbox.live.tell({"type": "channels"})
    return {}
