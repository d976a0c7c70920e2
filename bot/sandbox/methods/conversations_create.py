"""`conversations.create`: a new channel."""

from __future__ import annotations

from bot.sandbox import conversing, shapes
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json


@method(
    "conversations.create",
    transport="post",
    tier=TIER_2,
    args="name is_private:bool team_id",
    required="name",
)
def conversations_create(call: Call) -> Json:
    """Create a channel with the caller in it; the name comes back as Slack took it."""
    private = bool(call.args.get("is_private"))
    call.need(MANAGE["private" if private else "channel"])
    channel = conversing.create(call.sandbox, call.args["name"], call.caller.user, private=private)
    return {"channel": shapes.conversation(call.workspace, channel, call.caller.user)}
