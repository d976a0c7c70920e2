"""`users.setPresence`: be away, or not."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "users.setPresence",
    transport="post",
    tier=TIER_2,
    scope="users:write",
    args="presence",
    required="presence",
)
def users_set_presence(call: Call) -> Json:
    """`auto` or `away`, for the caller."""
    if call.args["presence"] not in ("auto", "away"):
        raise SlackError("invalid_presence")
    call.workspace.people[call.caller.user].away = call.args["presence"] == "away"
    call.sandbox.live.tell({"type": "people"})
    return {}
