"""`users.conversations`: where somebody is a member."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.conversations_list import TYPES
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import READ, Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "users.conversations",
    transport="get",
    tier=TIER_3,
    args="user types:csv exclude_archived:bool limit:int cursor team_id",
)
def users_conversations(call: Call) -> Json:
    """Conversations of `user` (or the caller) that the caller can see too."""
    kinds = [TYPES[word] for word in call.args.get("types") or ["public_channel"] if word in TYPES]
    if len(kinds) < len(call.args.get("types", ())):
        raise SlackError("invalid_types")
    for kind in kinds:
        call.need(READ[kind])
    user = call.args.get("user") or call.caller.user
    found = [
        c
        for c in call.workspace.conversations.values()
        if c.kind in kinds
        and user in c.members
        and (c.kind == "channel" or call.caller.user in c.members)
        and not (c.archived and call.args.get("exclude_archived"))
    ]
    some, cursor = page(call, found)
    return {
        "channels": [shapes.conversation(call.workspace, each, call.caller.user) for each in some],
        "response_metadata": {"next_cursor": cursor},
    }
