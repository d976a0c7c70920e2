"""`conversations.canvases.create`: the canvas of a channel."""

from __future__ import annotations

from bot.sandbox import canvasing
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "conversations.canvases.create",
    transport="json",
    tier=TIER_2,
    scope="canvases:write",
    args="channel_id document_content:json title",
    required="channel_id",
)
def conversations_canvases_create(call: Call) -> Json:
    """A channel has one; its members read it beside the messages."""
    channel = call.conversation("channel_id", archived=False)
    if channel.canvas is not None:
        raise SlackError("channel_canvas_already_exists")
    canvas = canvasing.create(
        call.sandbox,
        call.args.get("title") or channel.name,
        call.args.get("document_content"),
        call.caller.user,
        channel.id,
    )
    channel.canvas = canvas.id
    return {"canvas_id": canvas.id}
