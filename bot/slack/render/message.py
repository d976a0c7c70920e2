"""A message and the blocks it is built of, each kept within Slack's limits (docs.slack.dev, "Block Kit reference")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.templates import mrkdwn

Block = dict[str, Any]

MOST_BLOCKS = 50
"""Of a message; modals and the Home take 100."""
MOST_VIEW_BLOCKS = 100
SECTION = 3000
CONTEXT = 2000
MOST_CONTEXT = 3
HEADER = 150
BUTTON = 75
OPTION = 75
MOST_CHARACTERS = 12_000
"""Of all texts of a message together: Slack refuses more than about 13,200 (bolt-js issue 2509)."""


@dataclass(frozen=True)
class Message:
    """What is sent: `text` is a whole sentence for the phone's notification, `blocks` is what one sees in Slack."""

    text: str
    blocks: tuple[Block, ...] = ()


def message(text: str, blocks: Iterable[Block]) -> Message:
    """A message that Slack takes whatever was put into it: the longest paragraphs are cut until all fit."""
    fitting = list(blocks)
    while _characters(fitting) > MOST_CHARACTERS:
        longest = max((block for block in fitting if block["type"] == "section"), key=_characters)
        shorter = markdown(longest["text"]["text"], len(longest["text"]["text"]) * 2 // 3)
        fitting[fitting.index(longest)] = {**longest, "text": shorter}
    return Message(mrkdwn.cut_markup(text, SECTION), tuple(map(unbroken, fitting)))


def unbroken(block: Block) -> Block:
    """The block with amounts that stay on one line (`mrkdwn.unbroken`)."""
    match block:
        case {"type": "section", "text": {"type": "mrkdwn", "text": str(text)}}:
            return {**block, "text": {**block["text"], "text": mrkdwn.unbroken(text)}}
        case {"type": "context", "elements": [*elements]}:
            return {
                **block,
                "elements": [{**each, "text": mrkdwn.unbroken(each["text"])} for each in elements],
            }
        case _:
            return block


def sentence(text: str) -> Message:
    """A message of one paragraph, in markup."""
    return message(text, [section(text)])


def _characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(_characters(each) for each in value)
    if not isinstance(value, dict):
        return 0
    return sum(len(v) if k == "text" and isinstance(v, str) else _characters(v) for k, v in value.items())


def markdown(text: str, most: int = SECTION) -> Block:
    """A text object in Slack's markup. Verbatim: nothing in it becomes a mention that was not written as one."""
    return {"type": "mrkdwn", "text": mrkdwn.cut_markup(text, most) or " ", "verbatim": True}


def plain(text: str, most: int) -> Block:
    """A text object without markup, on one line."""
    return {"type": "plain_text", "text": mrkdwn.cut(mrkdwn.one_line(text), most) or "…", "emoji": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": markdown(text)}
    return block if accessory is None else {**block, "accessory": accessory}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [markdown(text, CONTEXT) for text in texts[:10]]}


def context_line(parts: Iterable[str]) -> Block:
    """Small print, its parts separated by dots; of very long links the longest go, so that the rest is seen."""
    kept = list(parts)
    while len(packed := lines(kept, CONTEXT, " · ")) > MOST_CONTEXT:
        kept.remove(max(kept, key=len))
    return context(*packed)


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    block: Block = {"type": "actions", "elements": list(elements)}
    return block if block_id is None else {**block, "block_id": block_id}


def button(text: str, action_id: str, value: object = "", *, style: str | None = None) -> Block:
    element: Block = {
        "type": "button",
        "text": plain(text, BUTTON),
        "action_id": action_id,
        "value": mrkdwn.cut(str(value), 2000),
    }
    return element if style is None else {**element, "style": style}


def option(text: str, value: str, description: str = "", url: str | None = None) -> Block:
    """One choice; `value` must be 150 characters at most."""
    choice: Block = {"text": plain(text, OPTION), "value": value}
    if description:
        choice["description"] = plain(description, OPTION)
    return choice if url is None else {**choice, "url": url}


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """The ▾ menu: two to five options."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:5])}


def menu(action_id: str, placeholder: str, options: Sequence[Block], initial: str | None = None) -> Block:
    """A menu of one choice outside a form; the first hundred options, which is all that Slack takes."""
    element: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": list(options[:100]),
    }
    chosen = next((each for each in element["options"] if each["value"] == initial), None)
    return element if chosen is None else {**element, "initial_option": chosen}


def lines(texts: Iterable[str], most: int = SECTION, between: str = "\n") -> list[str]:
    """Lines packed into paragraphs of at most `most` characters, in order; a line never spans two."""
    packed: list[str] = []
    for text in texts:
        line = mrkdwn.cut_markup(text, most)
        if packed and len(packed[-1]) + len(between) + len(line) <= most:
            packed[-1] += between + line
        else:
            packed.append(line)
    return packed


def within(texts: Sequence[str], characters: int = MOST_CHARACTERS - 1000) -> tuple[list[str], int]:
    """The first lines that fit into one message, and how many were left out."""
    kept: list[str] = []
    room = characters
    for text in texts:
        room -= len(text) + 1
        if room < 0:
            break
        kept.append(text)
    return kept, len(texts) - len(kept)
