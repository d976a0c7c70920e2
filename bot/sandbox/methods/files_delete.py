"""`files.delete`: take a file away."""

from __future__ import annotations

from bot.sandbox import filing
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.files_info import file_of
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "files.delete",
    transport="post",
    tier=TIER_3,
    scope="files:write",
    args="file",
    required="file",
)
def files_delete(call: Call) -> Json:
    """The caller's own; messages keep a stone in its place."""
    file = file_of(call)
    if file.user != call.caller.user:
        raise SlackError("cant_delete_file")
    filing.delete(call.sandbox, file)
    return {}
