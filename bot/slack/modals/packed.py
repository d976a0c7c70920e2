"""What a modal carries and people don't see, small enough for Slack's `private_metadata` of 3,000 characters."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

MOST_CARRIED = 2700
"""Characters; the rest is for where the answer goes."""


def packed(carried: Mapping[str, Any]) -> str | None:
    """None when it is more than a modal can carry."""
    text = b64encode(zlib.compress(json.dumps(carried, separators=(",", ":")).encode(), 9)).decode()
    return text if len(text) <= MOST_CARRIED else None


def unpacked(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(b64decode(text)))
    return found
