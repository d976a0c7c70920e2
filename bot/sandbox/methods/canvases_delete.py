"""`canvases.delete`: take a canvas away."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.canvases_edit import canvas_of
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "canvases.delete",
    transport="post",
    tier=TIER_3,
    scope="canvases:write",
    args="canvas_id",
    required="canvas_id",
)
def canvases_delete(call: Call) -> Json:
    """The channel whose canvas it was has none then."""
    canvas = canvas_of(call)
    del call.workspace.canvases[canvas.id]
    for conversation in call.workspace.conversations.values():
        if conversation.canvas == canvas.id:
            conversation.canvas = None
    call.sandbox.live.tell({"type": "canvases"})
    return {}
