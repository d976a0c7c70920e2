"""`chat.postEphemeral`: show something to one person alone."""

from __future__ import annotations

from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.chat_post_message import said
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.posting import whisper
from bot.sandbox.wire import Json, SlackError


@method(
    "chat.postEphemeral",
    transport="json",
    tier=TIER_4,
    scope="chat:write",
    args="channel user text markdown_text blocks:json attachments:json thread_ts link_names:bool parse",
    required="channel user",
)
def chat_post_ephemeral(call: Call) -> Json:
    """Whisper to a member of the conversation; only a response URL can change it later."""
    conversation = call.conversation(archived=False)
    if call.args["user"] not in conversation.members:
        raise SlackError("user_not_in_channel")
    message = whisper(call.sandbox, conversation, said(call), call.args["user"], call.args.get("thread_ts"))
    return {"message_ts": message.ts}
