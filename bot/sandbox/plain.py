"""Blocks and mrkdwn as a person reads them, in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.blockkit.surfaces import elements_of
from bot.sandbox.state import Message
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

_ENTITY = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"```\n?(.*?)```|`([^`\n]+)`", re.DOTALL)
_MARKS = [re.compile(rf"(?<![\w{m}])\{m}(?=\S)([^{m}\n]+?)(?<=\S)\{m}(?![\w{m}])") for m in "*_~"]


def read_message(workspace: Workspace, message: Message) -> str:
    """Everything a message says: its blocks, or its text when it has none; then its attachments."""
    blocks = [] if message.subtype is None and message.client_msg_id else message.blocks
    parts = list(read_blocks(workspace, blocks)) or [mrkdwn(workspace, message.text)]
    for attachment in message.attachments:
        parts += _attachment(workspace, attachment)
    parts += [f"[{file.get('title', 'This file was deleted.')}]" for file in message.files]
    return "\n".join(part for part in parts if part)


def read_blocks(workspace: Workspace, blocks: list[Json]) -> Iterator[str]:
    """One line or more per block; buttons and menus are not read out."""
    for block in blocks:
        yield from _block(workspace, block)


def _block(workspace: Workspace, block: Json) -> Iterator[str]:
    match block["type"]:
        case "section":
            yield from (
                text(workspace, each) for each in (block.get("text"), *block.get("fields", ())) if each
            )
        case "header" | "alert":
            yield text(workspace, block["text"])
        case "context":
            yield " ".join(
                text(workspace, each) if "text" in each else each["alt_text"] for each in block["elements"]
            )
        case "rich_text":
            yield "\n".join(_rich(workspace, part) for part in block["elements"])
        case "markdown":
            yield block["text"]
        case "table":
            yield from ("  ".join(_cell(workspace, cell) for cell in row) for row in block["rows"])
        case "image":
            yield text(workspace, block["title"]) if "title" in block else block["alt_text"]
        case "video":
            yield text(workspace, block["title"])
        case "input":
            yield text(workspace, block["label"])


def _attachment(workspace: Workspace, attachment: Json) -> list[str]:
    parts = [
        mrkdwn(workspace, str(attachment.get(name) or ""))
        for name in ("pretext", "author_name", "title", "text")
    ]
    for field in attachment.get("fields") or ():
        parts.append(mrkdwn(workspace, f"{field.get('title', '')}: {field.get('value', '')}"))
    parts += read_blocks(workspace, attachment.get("blocks") or [])
    if not any(parts):
        parts.append(mrkdwn(workspace, str(attachment.get("fallback") or "")))
    return [*parts, mrkdwn(workspace, str(attachment.get("footer") or ""))]


def text(workspace: Workspace, spoken: Json) -> str:
    """A text object."""
    words = str(spoken["text"])
    return mrkdwn(workspace, words) if spoken["type"] == "mrkdwn" else words


def mrkdwn(workspace: Workspace, words: str) -> str:
    """Slack's markup without its marks: mentions by name, dates by their fallback, entities resolved.

    A space that no line breaks at reads as one that it may: a program looks for "5 min" as it is typed.
    """
    words = _CODE.sub(lambda found: found[1] or found[2] or "", words)
    for mark in _MARKS:
        words = mark.sub(r"\1", words)
    words = _ENTITY.sub(lambda found: _entity(workspace, found[1]), words)
    words = words.replace("\u202f", " ").replace("\u00a0", " ")
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _entity(workspace: Workspace, inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "@" + (
            workspace.name_of(target[1:]) if target[1:] in workspace.people else label or target[1:]
        )
    if target.startswith("#"):
        known = workspace.conversations.get(target[1:])
        return "#" + (known.name if known else label or target[1:])
    if target.startswith("!date^"):
        return label
    if target.startswith("!subteam^"):
        return _group(workspace, target.removeprefix("!subteam^"), label)
    if target.startswith("!"):
        return label or "@" + target[1:]
    return label or target.removeprefix("mailto:")


def _rich(workspace: Workspace, part: Json) -> str:
    if part["type"] == "rich_text_list":
        marks = (f"{n}." if part["style"] == "ordered" else "•" for n in range(1, 1 + len(part["elements"])))
        items = (_rich(workspace, item) for item in part["elements"])
        return "\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=False))
    return "".join(_inline(workspace, element) for element in part["elements"])


def _inline(workspace: Workspace, element: Json) -> str:
    match element["type"]:
        case "text":
            return str(element["text"])
        case "link":
            return str(element.get("text") or element["url"])
        case "user":
            return "@" + workspace.name_of(element["user_id"])
        case "usergroup":
            return _group(workspace, element["usergroup_id"])
        case "channel":
            known = workspace.conversations.get(element["channel_id"])
            return "#" + (known.name if known else element["channel_id"])
        case "emoji":
            return f":{element['name']}:"
        case "broadcast":
            return f"@{element['range']}"
        case "date":
            return str(element.get("fallback", ""))
    return ""


def _group(workspace: Workspace, group: str, label: str = "") -> str:
    known = workspace.groups.get(group)
    return f"@{known.handle}" if known else label or "@group"


def _cell(workspace: Workspace, cell: Json) -> str:
    if cell["type"] == "rich_text":
        return "\n".join(_rich(workspace, part) for part in cell["elements"])
    return str(cell.get("text", cell.get("value", "")))


def buttons(blocks: list[Json]) -> list[Json]:
    """What can be clicked: `{"text", "action_id", "options"?}`; a menu is called by its placeholder."""
    return [
        button(element)
        for block in blocks
        if block["type"] != "input"
        for element in elements_of(block)
        if element["type"] not in ("image", "mrkdwn", "plain_text")
    ]


def button(element: Json) -> Json:
    """One thing that can be clicked."""
    label: Any = element.get("text") or element.get("placeholder") or {"text": ""}
    found: Json = {"text": label["text"], "action_id": element["action_id"]}
    options = options_of(element)
    return found | ({"options": [option["text"]["text"] for option in options]} if options else {})


def options_of(element: Json) -> list[Json]:
    """The choices of a menu, those in groups too."""
    options = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        options += group["options"]
    return options
