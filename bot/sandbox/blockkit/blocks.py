"""The blocks: which fields each takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blockkit.check import (
    Check,
    Problem,
    anything,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    integer,
    one_of,
    record,
    string,
    unique,
)
from bot.sandbox.blockkit.elements import IMAGE, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from bot.sandbox.blockkit.texts import IDENTIFIER, SLACK_FILE, URL, plain, text

MARKDOWN_LIMIT = 12_000
"""Characters of all markdown blocks of a message together."""

_ANY: dict[str, Check] = {"block_id": IDENTIFIER}


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, *rules: Check) -> Check:
    return record({"type": string(), **required}, _ANY | (optional or {}), *rules)


def _distinct_action_ids(block: Any, at: str) -> Iterator[Problem]:
    yield from unique("action_id", block["elements"], f"{at}/elements")


_STYLE = record(
    {}, {name: boolean for name in ("bold", "italic", "strike", "code", "underline", "unlink", "highlight")}
)
_INLINE = by_type(
    {
        "text": record({"type": string(), "text": string(least=1)}, {"style": _STYLE}),
        "link": record(
            {"type": string(), "url": string(least=1)}, {"text": string(), "unsafe": boolean, "style": _STYLE}
        ),
        "emoji": record(
            {"type": string(), "name": string(least=1)}, {"unicode": string(), "skin_tone": integer(1, 6)}
        ),
        "user": record({"type": string(), "user_id": string(least=1)}, {"style": _STYLE}),
        "usergroup": record({"type": string(), "usergroup_id": string(least=1)}, {"style": _STYLE}),
        "channel": record({"type": string(), "channel_id": string(least=1)}, {"style": _STYLE}),
        "broadcast": record(
            {"type": string(), "range": one_of("here", "channel", "everyone")}, {"style": _STYLE}
        ),
        "color": record({"type": string(), "value": string(least=1)}),
        "date": record(
            {"type": string(), "timestamp": integer(0), "format": string(least=1)},
            {"url": string(), "fallback": string(), "style": _STYLE},
        ),
        "team": record({"type": string(), "team_id": string(least=1)}, {"style": _STYLE}),
    },
    "a rich text section",
)
_RICH_SECTION = record(
    {"type": string(), "elements": array(_INLINE)}, {"border": integer(0), "indent": integer(0, 8)}
)
_RICH_PARTS = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_quote": _RICH_SECTION,
        "rich_text_preformatted": record(
            {"type": string(), "elements": array(_INLINE)}, {"border": integer(0), "language": string()}
        ),
        "rich_text_list": record(
            {"type": string(), "style": one_of("bullet", "ordered"), "elements": array(_RICH_SECTION)},
            {"indent": integer(0, 8), "offset": integer(0), "border": integer(0)},
        ),
    },
    "a rich_text block",
)
RICH_TEXT = _block({"elements": array(_RICH_PARTS)})

_CELL = by_type(
    {
        "raw_text": record({"type": string(), "text": string()}),
        "raw_number": record({"type": string(), "value": anything}, {"text": string()}),
        "rich_text": RICH_TEXT,
    },
    "a table cell",
)
_COLUMN = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Check] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), least=1, most=10),
            "accessory": IN_SECTION,
            "expand": boolean,
        },
        at_least_one("text", "fields"),
    ),
    "divider": _block({}),
    "image": _block(
        {"alt_text": string(2000, 1)},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "actions": _block({"elements": array(IN_ACTIONS, least=1, most=25)}, None, _distinct_action_ids),
    "context": _block(
        {
            "elements": array(
                by_type({"image": IMAGE, "plain_text": plain(2000), "mrkdwn": text(2000)}, "a context block"),
                least=1,
                most=10,
            )
        }
    ),
    "context_actions": _block(
        {"elements": array(IN_CONTEXT_ACTIONS, least=1, most=5)}, None, _distinct_action_ids
    ),
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "header": _block({"text": plain(150)}, {"level": integer(1, 4)}),
    "rich_text": RICH_TEXT,
    "markdown": _block({"text": string(MARKDOWN_LIMIT, 1)}),
    "table": _block(
        {"rows": array(array(_CELL, least=1, most=20), least=1, most=100)},
        {"column_settings": array(_COLUMN, most=20)},
    ),
    "video": _block(
        {
            "alt_text": string(2000, 1),
            "title": plain(200),
            "thumbnail_url": URL,
            "video_url": URL,
        },
        {
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": URL,
            "provider_name": string(),
            "title_url": URL,
        },
    ),
    "file": _block({"external_id": string(255, 1), "source": one_of("remote")}),
    "call": _block({"call_id": string(least=1)}, {"api_decoration_available": boolean, "call": anything}),
    "alert": _block(
        {"text": text(3000)}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
}
ALLOWED = {
    "message": set(BLOCKS) - {"alert"},
    "modal": set(BLOCKS) - {"file", "markdown", "table", "context_actions", "call"},
    "home": set(BLOCKS) - {"file", "markdown", "table", "context_actions", "call", "alert"},
}
"""Surface → the block types it takes."""
