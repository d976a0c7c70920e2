"""`canvases.create`: a new canvas."""

from __future__ import annotations

from bot.sandbox import canvasing
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "canvases.create",
    transport="json",
    tier=TIER_2,
    scope="canvases:write",
    args="title document_content:json channel_id",
)
def canvases_create(call: Call) -> Json:
    """A canvas of its own; with a channel it is a tab there."""
    channel = call.conversation("channel_id", archived=False).id if call.args.get("channel_id") else None
    canvas = canvasing.create(
        call.sandbox,
        call.args.get("title") or "Untitled",
        call.args.get("document_content"),
        call.caller.user,
        channel,
    )
    return {"canvas_id": canvas.id}
