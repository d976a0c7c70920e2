"""Files that were uploaded: how they look on the wire, and how they go again."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from typing import Any

from bot.sandbox.events import emit
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Canvas, Message
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import File, Workspace

PICTURES = ("image/png", "image/jpeg", "image/gif")
"""What an image block can show of the workspace's own files."""
DELETED = "tombstone"


def mimetype(file: File) -> str:
    """By its name; what nobody knows is a stream of bytes."""
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def shape(sandbox: Sandbox, file: File) -> Json:
    """Slack's file object."""
    address = f"{sandbox.url}/files/{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": file.created_at,
        "timestamp": file.created_at,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": mimetype(file),
        "filetype": file.name.rpartition(".")[2].lower(),
        "size": file.length,
        "user": file.user,
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(file.channels),
        "channels": list(file.channels),
        "url_private": address,
        "url_private_download": address,
        "permalink": address,
    }


def canvas_shape(sandbox: Sandbox, canvas: Canvas) -> Json:
    """A canvas as a file object, which it is in Slack."""
    return {
        "id": canvas.id,
        "created": canvas.created_at,
        "timestamp": canvas.created_at,
        "name": canvas.title,
        "title": canvas.title,
        "mimetype": "application/vnd.slack-docs",
        "filetype": "quip",
        "pretty_type": "Canvas",
        "user": canvas.owner,
        "mode": "quip",
        "size": len(canvas.markdown.encode()),
        "channels": [canvas.channel] if canvas.channel else [],
        "permalink": f"{sandbox.url}/docs/{sandbox.workspace.team_id}/{canvas.id}",
    }


def delete(sandbox: Sandbox, file: File) -> None:
    """Take a file away; in messages a stone is left where it was."""
    del sandbox.workspace.files[file.id]
    stone = {"id": file.id, "mode": DELETED}
    for conversation in sandbox.workspace.conversations.values():
        for message in _with_file(conversation.messages.values(), file):
            message.files = [stone if each["id"] == file.id else each for each in message.files]
            sandbox.changed(conversation)
    emit(sandbox, {"type": "file_deleted", "file_id": file.id})


def _with_file(messages: Any, file: File) -> Iterator[Message]:
    for message in messages:
        if any(each["id"] == file.id for each in message.files):
            yield message


def refuse_unknown_pictures(
    workspace: Workspace, blocks: Any, error: str = "invalid_blocks", at: str = "/blocks"
) -> None:
    """An image with `slack_file` shows a finished upload of a picture. Raises `SlackError` with the places."""
    wrong = [
        f"[ERROR] invalid slack file [json-pointer:{place}/slack_file]"
        for place, named in _pictures(blocks, at)
        if not _is_picture(workspace, named)
    ]
    if wrong:
        raise SlackError(error, messages=wrong)


def _pictures(value: Any, at: str) -> Iterator[tuple[str, Json]]:
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    if isinstance(value, dict) and value.get("type") == "image" and "slack_file" in value:
        yield at, value["slack_file"]
    for name, each in inner:
        yield from _pictures(each, f"{at}/{name}")


def _is_picture(workspace: Workspace, named: Json) -> bool:
    wanted = named.get("id") or str(named.get("url", "")).partition("/files/")[2].partition("/")[0]
    file = workspace.files.get(wanted)
    return file is not None and file.completed and mimetype(file) in PICTURES
