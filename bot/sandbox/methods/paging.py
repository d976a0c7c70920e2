"""Cursors: how long lists are handed out in pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.methods.registry import Call
from bot.sandbox.wire import SlackError

T = TypeVar("T")


def page(call: Call, items: Sequence[T], *, default: int = 100, most: int = 1000) -> tuple[list[T], str]:
    """The page that `cursor` and `limit` ask for, and the cursor of the next one ("" at the end).

    The cursor counts from the front of `items`. Raises `SlackError`: invalid_cursor, invalid_limit.
    """
    limit = call.args.get("limit") or default
    if limit < 0:
        raise SlackError("invalid_limit")
    start = _decode(call.args.get("cursor") or "")
    end = start + min(limit, most)
    return list(items[start:end]), _encode(end) if end < len(items) else ""


def _encode(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _decode(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, position = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise ValueError(word)
        return int(position)
    except (binascii.Error, UnicodeDecodeError, ValueError) as problem:
        raise SlackError("invalid_cursor") from problem
