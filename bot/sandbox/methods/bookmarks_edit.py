"""`bookmarks.edit`: change a bookmark."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.bookmarks_add import checked_link
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import epoch
from bot.sandbox.wire import Json, SlackError


@method(
    "bookmarks.edit",
    transport="post",
    tier=TIER_2,
    scope="bookmarks:write",
    args="bookmark_id channel_id title link emoji",
    required="bookmark_id channel_id",
)
def bookmarks_edit(call: Call) -> Json:
    """Change title, link or emoji."""
    bookmark = find_bookmark(call)
    if "link" in call.args:
        bookmark["link"] = checked_link(call.args["link"])
    bookmark |= {name: call.args[name] for name in ("title", "emoji") if name in call.args}
    bookmark["date_updated"] = epoch()
    call.sandbox.live.tell({"type": "channels"})
    return {"bookmark": bookmark}


def find_bookmark(call: Call) -> Json:
    """The bookmark that the arguments name. Raises `SlackError("not_found")`."""
    for bookmark in call.conversation("channel_id", archived=False).bookmarks:
        if bookmark["id"] == call.args["bookmark_id"]:
            return bookmark
    raise SlackError("not_found")
