"""`conversations.list`: all conversations that the caller may see."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import READ, Call, method
from bot.sandbox.state import Conversation, Kind
from bot.sandbox.wire import Json, SlackError

TYPES: Mapping[str, Kind] = {
    "public_channel": "channel",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}


@method(
    "conversations.list",
    transport="get",
    tier=TIER_2,
    args="types:csv exclude_archived:bool limit:int cursor team_id",
)
def conversations_list(call: Call) -> Json:
    """Public channels, and the private ones and DMs that the caller is in, in order of making."""
    found = [c for c in call.workspace.conversations.values() if c.kind in _kinds(call) and _visible(call, c)]
    some, cursor = page(call, found)
    return {
        "channels": [
            shapes.conversation(call.workspace, each, call.caller.user, count=True) for each in some
        ],
        "response_metadata": {"next_cursor": cursor},
    }


def _kinds(call: Call) -> set[Kind]:
    kinds: set[Kind] = set()
    for word in call.args.get("types") or ["public_channel"]:
        if word not in TYPES:
            raise SlackError("invalid_types")
        call.need(READ[TYPES[word]])
        kinds.add(TYPES[word])
    return kinds


def _visible(call: Call, conversation: Conversation) -> bool:
    if conversation.archived and call.args.get("exclude_archived"):
        return False
    return conversation.kind == "channel" or call.caller.user in conversation.members
