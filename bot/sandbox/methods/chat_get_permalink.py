"""`chat.getPermalink`: a message's address."""

from __future__ import annotations

from bot.sandbox.marking import permalink
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("chat.getPermalink", transport="get", args="channel message_ts", required="channel message_ts")
def chat_get_permalink(call: Call) -> Json:
    """The permalink."""
    conversation = call.conversation(member=False)
    message = call.message(conversation, "message_ts")
    return {"channel": conversation.id, "permalink": permalink(call.sandbox, conversation, message)}
