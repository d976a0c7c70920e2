"""`files.getUploadURLExternal`: where to send a file's bytes."""

from __future__ import annotations

from bot.sandbox.ids import secret
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import File

LARGEST = 1_000_000_000


@method(
    "files.getUploadURLExternal",
    transport="get",
    tier=TIER_4,
    scope="files:write",
    args="filename length:int alt_txt snippet_type",
    required="filename length",
)
def files_get_upload_url_external(call: Call) -> Json:
    """An address for one upload of `length` bytes."""
    if not 0 < call.args["length"] <= LARGEST:
        raise SlackError("file_upload_size_restricted")
    file = File(call.workspace.ids.new("F"), call.args["filename"], call.args["length"], secret())
    call.workspace.files[file.id] = file
    return {"upload_url": f"{call.sandbox.url}/upload/{file.secret}", "file_id": file.id}
