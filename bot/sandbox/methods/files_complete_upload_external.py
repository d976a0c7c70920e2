"""`files.completeUploadExternal`: share what was uploaded."""

from __future__ import annotations

from bot.sandbox import filing
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.posting import Content, post
from bot.sandbox.state import Conversation, epoch
from bot.sandbox.wire import Json, SlackError, invalid_arguments
from bot.sandbox.workspace import File


@method(
    "files.completeUploadExternal",
    transport="post",
    tier=TIER_4,
    scope="files:write",
    args="files:json channel_id channels thread_ts initial_comment blocks:json",
    required="files",
)
def files_complete_upload_external(call: Call) -> Json:
    """Finish uploads; with a channel they appear there in one message."""
    conversation = call.conversation("channel_id", archived=False) if call.args.get("channel_id") else None
    shared = [_complete(call, item, conversation) for item in _items(call)]
    if conversation is not None:
        post(
            call.sandbox,
            conversation,
            Content(call.args.get("initial_comment", "")),
            user=call.caller.user,
            bot_id=call.workspace.people[call.caller.user].bot_id,
            thread_ts=call.args.get("thread_ts"),
            files=shared,
            subtype="file_share" if call.caller.token == "person" else None,
        )
    return {"files": shared}


def _items(call: Call) -> list[Json]:
    items = call.args["files"]
    if not isinstance(items, list) or not all(isinstance(each, dict) and "id" in each for each in items):
        raise invalid_arguments("must be a list of {id, title} [json-pointer:/files]")
    return items


def _complete(call: Call, item: Json, conversation: Conversation | None) -> Json:
    file: File | None = call.workspace.files.get(item["id"])
    if file is None or file.content is None or file.completed:
        raise SlackError("file_not_found")
    file.completed, file.created_at = True, epoch()
    file.title, file.user = item.get("title") or file.name, call.caller.user
    file.channels = [conversation.id] if conversation else []
    return filing.shape(call.sandbox, file)
