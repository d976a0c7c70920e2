"""`chat.deleteScheduledMessage`: take back what was to be posted later."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import epoch
from bot.sandbox.wire import Json, SlackError

TOO_LATE = 60
"""Seconds before its time in which Slack lets go of a message no more."""


@method(
    "chat.deleteScheduledMessage",
    transport="post",
    tier=TIER_3,
    scope="chat:write",
    args="channel scheduled_message_id",
    required="channel scheduled_message_id",
)
def chat_delete_scheduled_message(call: Call) -> Json:
    """Only until a minute before it is posted."""
    conversation = call.conversation(member=False)
    found = call.workspace.scheduled.get(call.args["scheduled_message_id"])
    mine = found is not None and (found.channel, found.fields["user"]) == (conversation.id, call.caller.user)
    if found is None or not mine or found.post_at < epoch() + TOO_LATE:
        raise SlackError("invalid_scheduled_message_id")
    del call.workspace.scheduled[found.id]
    return {}
