"""What a Slack message says, as people read it: markup, blocks and attachments as plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 40_000
"""Slack's own limit of a message's text; nobody sends more in earnest."""

_ANGLED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_NO_PREVIEW = "[no preview available]"
"""What Slack writes as the fallback of an attachment that has blocks."""


def plain(value: object) -> str:
    """Links by their text, mentions by their name, bold as its words, entities undone once; empty for no text.

    Slack's rules: docs.slack.dev/messaging/formatting-message-text ("Parsing text").
    """
    if not isinstance(value, str):
        return ""
    text = _ANGLED.sub(_angled, value[:LONGEST])
    text = _BOLD.sub(r"\1", text)
    return _ENTITY.sub(lambda found: _CHARACTERS[found[1]], text).strip()


def _angled(found: re.Match[str]) -> str:
    """`<https://x|x>`, `<@U1|ann>`, `<#C1|general>`, `<!here>`, `<!subteam^S1|@oncall>`, `<!date^…|at noon>`."""
    target, label = found[1], found[2]
    if target[0] in "@#":
        return target[0] + (label or target[1:]).lstrip("@#")
    if target[0] == "!":
        return label or "@" + target[1:].partition("^")[0]
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def links(value: object) -> Iterator[tuple[str, str]]:
    """The (text, URL) of each link in a marked-up text."""
    if isinstance(value, str):
        for found in _ANGLED.finditer(value[:LONGEST]):
            if found[1].startswith(("http://", "https://")):
                yield plain(found[2]) or "Link", plain(found[1])


def blocks(value: object) -> str:
    """The texts of a message's blocks, a line or more a block."""
    return "\n".join(text for block in objects(value) if (text := _block(block)))


def attachment(value: Mapping[str, Any]) -> str:
    """All that an attachment says below its title."""
    fields = (f"{plain(one.get('title'))}: {plain(one.get('value'))}" for one in objects(value.get("fields")))
    parts = (plain(value.get("pretext")), plain(value.get("text")), blocks(value.get("blocks")), *fields)
    said = "\n".join(part for part in parts if part)
    return said or ("" if plain(value.get("title")) else fallback(value))


def fallback(value: Mapping[str, Any]) -> str:
    text = plain(value.get("fallback"))
    return "" if text == _NO_PREVIEW else text


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list, and nothing of what else may be there."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _block(block: Mapping[str, Any]) -> str:
    if block.get("type") == "rich_text":
        return "\n".join(_rich(part) for part in objects(block.get("elements")))
    text = block.get("text")
    shown = objects([text]) + objects(block.get("fields")) + objects(block.get("elements"))
    return "\n".join(line for part in shown if (line := plain(part.get("text"))))


def _rich(element: Mapping[str, Any]) -> str:
    """A rich text element; what it says stands in it literally, not marked up."""
    parts = objects(element.get("elements"))
    if parts:
        between = "\n" if element.get("type") == "rich_text_list" else ""
        return between.join(_rich(part) for part in parts)
    match element:
        case {"type": "user", "user_id": str(user)}:
            return f"@{user}"
        case {"type": "broadcast", "range": str(whom)}:
            return f"@{whom}"
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case {"text": str(said)} | {"url": str(said)}:
            return said
    return ""
