"""`chat.delete`: take the caller's own message away."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.posting import delete
from bot.sandbox.wire import Json, SlackError


@method(
    "chat.delete", transport="json", tier=TIER_3, scope="chat:write", args="channel ts", required="channel ts"
)
def chat_delete(call: Call) -> Json:
    """Delete; the app hears message_deleted."""
    conversation = call.conversation(member=False)
    message = call.message(conversation, "ts")
    if message.user != call.caller.user:
        raise SlackError("cant_delete_message")
    delete(call.sandbox, conversation, message)
    return {"channel": conversation.id, "ts": message.ts}
