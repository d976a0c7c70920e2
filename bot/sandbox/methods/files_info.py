"""`files.info`: one file."""

from __future__ import annotations

from bot.sandbox import filing
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import File


@method(
    "files.info",
    transport="get",
    tier=TIER_4,
    scope="files:read",
    args="file count:int page:int cursor limit:int",
    required="file",
)
def files_info(call: Call) -> Json:
    """A canvas is a file too."""
    canvas = call.workspace.canvases.get(call.args["file"])
    if canvas is not None:
        look = filing.canvas_shape(call.sandbox, canvas)
        return {"file": look, "comments": [], "response_metadata": {"next_cursor": ""}}
    look = filing.shape(call.sandbox, file_of(call))
    return {"file": look, "comments": [], "response_metadata": {"next_cursor": ""}}


def file_of(call: Call) -> File:
    """The finished file of the argument `file`. Raises `SlackError("file_not_found")`."""
    found = call.workspace.files.get(call.args["file"])
    if found is None or not found.completed:
        raise SlackError("file_not_found")
    return found
