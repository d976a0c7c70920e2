"""`canvases.edit`: change a canvas."""

from __future__ import annotations

from bot.sandbox import canvasing
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import Canvas
from bot.sandbox.wire import Json, SlackError


@method(
    "canvases.edit",
    transport="json",
    tier=TIER_3,
    scope="canvases:write",
    args="canvas_id changes:json",
    required="canvas_id changes",
)
def canvases_edit(call: Call) -> Json:
    """One change a call, as Slack takes it."""
    canvasing.edit(call.sandbox, canvas_of(call), call.args["changes"])
    return {}


def canvas_of(call: Call) -> Canvas:
    """The canvas of `canvas_id`: the caller's own, or one of a channel they are in. Raises canvas_not_found."""
    found = call.workspace.canvases.get(call.args["canvas_id"])
    home = call.workspace.conversations.get(found.channel or "") if found else None
    if found is None or (
        found.owner != call.caller.user and (home is None or call.caller.user not in home.members)
    ):
        raise SlackError("canvas_not_found")
    return found
