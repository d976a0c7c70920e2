"""`bookmarks.add`: a link at the top of a channel."""

from __future__ import annotations

import re

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import epoch
from bot.sandbox.wire import Json, SlackError, invalid_arguments

MOST = 100


@method(
    "bookmarks.add",
    transport="post",
    tier=TIER_2,
    scope="bookmarks:write",
    args="channel_id title type link emoji entity_id access_level parent_id",
    required="channel_id title type",
)
def bookmarks_add(call: Call) -> Json:
    """Add a bookmark of type link."""
    channel = call.conversation("channel_id", archived=False)
    if call.args["type"] != "link":
        raise invalid_arguments("unsupported type [json-pointer:/type]")
    if len(channel.bookmarks) >= MOST:
        raise SlackError("too_many_bookmarks")
    bookmark = {
        "id": call.workspace.ids.new("Bk"),
        "channel_id": channel.id,
        "title": call.args["title"],
        "link": checked_link(call.args.get("link", "")),
        "emoji": call.args.get("emoji", ""),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": epoch(),
        "date_updated": 0,
        "rank": f"U{len(channel.bookmarks):03d}",
        "last_updated_by_user_id": call.caller.user,
        "last_updated_by_team_id": call.workspace.team_id,
        "shortcut_id": None,
        "app_id": call.workspace.app_id,
    }
    channel.bookmarks.append(bookmark)
    call.sandbox.live.tell({"type": "channels"})
    return {"bookmark": bookmark}


def checked_link(link: str) -> str:
    """A web or mail address. Raises `SlackError("invalid_link")`."""
    if not re.fullmatch(r"(https?://|mailto:)\S+", link):
        raise SlackError("invalid_link")
    return link
