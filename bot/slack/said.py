"""What a Slack message says, as a person reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST = 2900
_ENTITY = re.compile(r"<([@#!]?)([^|>]*)(?:\|([^>]*))?>")


def said(message: Mapping[str, Any]) -> str:
    """Its text, or else its blocks' and attachments'; without Slack's markup of links and mentions."""
    parts = [str(message.get("text") or "")] if message.get("text") else list(_texts(message))
    return readable("\n".join(part for part in parts if part.strip()))[:MOST].strip()


def readable(text: str) -> str:
    """`<https://x|y>` as `y (https://x)`, `<@U1|ann>` as `@ann`, `&lt;` as `<`."""
    plain = _ENTITY.sub(_shown, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(found: re.Match[str]) -> str:
    mark, target, label = found.groups()
    if mark:
        return mark.replace("!", "@") + (label or target.partition("^")[0]).lstrip("@#")
    return f"{label} ({target})" if label and label != target else target


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    for block in message.get("blocks") or ():
        yield _of(block.get("text"))
        for each in block.get("fields") or ():
            yield _of(each)
    for attachment in message.get("attachments") or ():
        for key in ("pretext", "title", "text"):
            yield str(attachment.get(key) or "")
        if not any(attachment.get(key) for key in ("title", "text")):
            yield str(attachment.get("fallback") or "")


def _of(text: Any) -> str:
    return str(text.get("text") or "") if isinstance(text, Mapping) else ""
