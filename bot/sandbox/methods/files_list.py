"""`files.list`: the files of the team."""

from __future__ import annotations

from bot.sandbox import filing
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "files.list",
    transport="get",
    tier=TIER_3,
    scope="files:read",
    args="channel count:int page:int ts_from:int ts_to:int types user team_id",
)
def files_list(call: Call) -> Json:
    """Newest first, by pages of `count`."""
    args = call.args
    found = [
        file
        for file in reversed(call.workspace.files.values())
        if file.completed
        and args.get("user") in (None, file.user)
        and (args.get("channel") is None or args["channel"] in file.channels)
        and args.get("ts_from", 0) <= file.created_at <= args.get("ts_to", file.created_at)
    ]
    count, number = max(1, args.get("count", 100)), max(1, args.get("page", 1))
    some = found[(number - 1) * count : number * count]
    paging = {"count": count, "total": len(found), "page": number, "pages": -(-len(found) // count)}
    return {"files": [filing.shape(call.sandbox, file) for file in some], "paging": paging}
