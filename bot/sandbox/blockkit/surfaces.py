"""Whole surfaces: the blocks of a message, its attachments, a modal, a Home."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.blockkit.blocks import ALLOWED, BLOCKS, MARKDOWN_LIMIT
from bot.sandbox.blockkit.check import (
    Problem,
    anything,
    array,
    boolean,
    by_type,
    one_of,
    record,
    string,
    unique,
)
from bot.sandbox.blockkit.texts import IDENTIFIER, plain
from bot.sandbox.ids import secret
from bot.sandbox.wire import Json

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MESSAGE_CHARACTERS = 13_200
"""All texts of a message's blocks together; observed in bolt-js issue 2509, not documented."""
VIEW_BYTES = 250_000
"""A view's JSON."""
MOST_ATTACHMENTS = 100

_VIEW_IDS = {
    "private_metadata": string(3000),
    "callback_id": IDENTIFIER,
    "external_id": IDENTIFIER,
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
}
_VIEWS = by_type(
    {
        "modal": record(
            {"type": one_of("modal"), "title": plain(24), "blocks": anything},
            _VIEW_IDS | {"submit": plain(24), "close": plain(24)},
        ),
        "home": record({"type": one_of("home"), "blocks": anything}, _VIEW_IDS),
    },
    "a view",
)


def check_blocks(blocks: Any, surface: Surface = "message", at: str = "") -> list[Problem]:
    """Everything that is wrong with the blocks of one surface; pointers begin with `at`."""
    kinds = {name: BLOCKS[name] for name in BLOCKS if name in ALLOWED[surface]}
    problems = list(array(by_type(kinds, f"a {surface}"), most=MOST_BLOCKS[surface])(blocks, at))
    if not problems:
        problems += unique("block_id", blocks, at)
        problems += _one_focus(blocks, at)
        problems += _totals(blocks, at) if surface == "message" else []
    return problems


def check_view(view: Any, at: str = "/view") -> list[Problem]:
    """Everything that is wrong with a modal or a Home."""
    problems = list(_VIEWS(view, at))
    if problems:
        return problems
    problems = check_blocks(view["blocks"], view["type"], f"{at}/blocks")
    has_input = isinstance(view["blocks"], list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"]
    )
    if view["type"] == "modal" and has_input and "submit" not in view:
        problems.append(Problem(at, "missing required field: submit", "required", "submit"))
    return problems


def is_too_large(view: Json) -> bool:
    """Whether the view's JSON is above Slack's limit."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def check_attachments(attachments: Any) -> list[Problem]:
    """What is wrong with the blocks in attachments; the rest of an attachment is free."""
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        return [Problem("/attachments", "must provide an array of objects", "type", "array")]
    return [
        problem
        for index, each in enumerate(attachments)
        if "blocks" in each
        for problem in check_blocks(each["blocks"], "message", f"/attachments/{index}/blocks")
    ]


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy with a `block_id` and `action_id` wherever the app gave none, as Slack fills them in."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", secret(5))
        for element in elements_of(block):
            if element["type"] not in ("image", "mrkdwn", "plain_text"):
                element.setdefault("action_id", secret(5))
    return filled


def elements_of(block: Json) -> list[Json]:
    """The elements that a person can use in a block, whatever its type."""
    if block["type"] in ("actions", "context_actions"):
        return list(block["elements"])
    if block["type"] == "section" and "accessory" in block:
        return [block["accessory"]]
    return [block["element"]] if block["type"] == "input" else []


def _one_focus(blocks: list[Json], at: str) -> Iterator[Problem]:
    focused = [e for block in blocks for e in elements_of(block) if e.get("focus_on_load")]
    if len(focused) > 1:
        yield Problem(at, "only one element can have focus_on_load", "unique", "focus_on_load")


def _totals(blocks: list[Json], at: str) -> Iterator[Problem]:
    if sum(block["type"] == "table" for block in blocks) > 1:
        yield Problem(at, "only one table allowed", "max_items", 1, surface=True)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_LIMIT:
        yield Problem(at, "markdown text is too long", "max_length", MARKDOWN_LIMIT, surface=True)


def characters(value: Any) -> int:
    """All the text in some blocks, for Slack's limit on a whole message."""
    if isinstance(value, list):
        return sum(characters(each) for each in value)
    if not isinstance(value, dict):
        return 0
    return sum(len(v) if k == "text" and isinstance(v, str) else characters(v) for k, v in value.items())
