"""`canvases.sections.lookup`: find the sections of a canvas."""

from __future__ import annotations

from bot.sandbox import canvasing
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.canvases_edit import canvas_of
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "canvases.sections.lookup",
    transport="post",
    tier=TIER_3,
    scope="canvases:read",
    args="canvas_id criteria:json",
    required="canvas_id criteria",
)
def canvases_sections_lookup(call: Call) -> Json:
    """Their ids alone, for an edit."""
    found = canvasing.find(canvas_of(call), call.args["criteria"])
    return {"sections": [{"id": section.id} for section in found]}
