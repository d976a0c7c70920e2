"""`conversations.join`: walk into a public channel."""

from __future__ import annotations

from bot.sandbox import conversing, shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.join",
    transport="post",
    tier=TIER_3,
    scope="channels:join",
    args="channel",
    required="channel",
)
def conversations_join(call: Call) -> Json:
    """Join; being in it already is a warning only."""
    channel = call.conversation(member=False, archived=False)
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    known = call.caller.user in channel.members
    if not known:
        conversing.join(call.sandbox, channel, call.caller.user)
    answer = {"channel": shapes.conversation(call.workspace, channel, call.caller.user)}
    if known:
        warnings = ["already_in_channel"]
        return answer | {"warning": warnings[0], "response_metadata": {"warnings": warnings}}
    return answer
