"""Canvases: documents in markdown, of sections that an edit can find."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.ids import secret
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Canvas, Section, epoch
from bot.sandbox.wire import Json, SlackError, invalid_arguments

LONGEST_MARKDOWN = 100_000
"""Characters of a whole canvas; not documented."""
HEADINGS = {"h1": r"# ", "h2": r"## ", "h3": r"### ", "any_header": r"#{1,3} "}
_PLACES = ("insert_at_start", "insert_at_end", "insert_before", "insert_after", "replace", "delete", "rename")
_WITH_SECTION = ("insert_before", "insert_after", "delete")
_BREAK = re.compile(r"\n\s*\n|\n(?=#{1,3} )|(?<=\n)(?=#{1,3} )")


def markdown_of(content: Any, at: str = "/document_content") -> str:
    """The words of a `document_content`. Raises `SlackError`."""
    right = isinstance(content, dict) and content.get("type") == "markdown"
    if not right or not isinstance(content.get("markdown"), str):
        raise invalid_arguments(f"must provide markdown content [json-pointer:{at}]")
    return str(content["markdown"])


def create(sandbox: Sandbox, title: str, content: Any, by: str, channel: str | None = None) -> Canvas:
    """A new canvas. Raises `SlackError`: invalid_arguments, canvas_creation_failed."""
    markdown = "" if content is None else markdown_of(content)
    if len(markdown) > LONGEST_MARKDOWN:
        raise SlackError("canvas_creation_failed", detail="the canvas is too long")
    canvas = Canvas(sandbox.workspace.ids.new("F"), title, by, epoch(), channel, _sections(markdown))
    sandbox.workspace.canvases[canvas.id] = canvas
    sandbox.live.tell({"type": "canvases"})
    return canvas


def edit(sandbox: Sandbox, canvas: Canvas, changes: Any) -> None:
    """Apply the one change that a call may carry. Raises `SlackError`: invalid_arguments, canvas_editing_failed."""
    if not isinstance(changes, list) or not all(isinstance(each, dict) for each in changes):
        raise invalid_arguments("must provide an array of objects [json-pointer:/changes]")
    if len(changes) != 1:
        raise invalid_arguments("must provide exactly one change [json-pointer:/changes]")
    (change,) = changes
    operation = change.get("operation")
    if operation not in _PLACES:
        raise invalid_arguments(f"must be one of {', '.join(_PLACES)} [json-pointer:/changes/0/operation]")
    if operation == "rename":
        canvas.title = markdown_of(change.get("title_content"), "/changes/0/title_content")
    else:
        _rewrite(canvas, operation, change)
    sandbox.live.tell({"type": "canvases"})


def find(canvas: Canvas, criteria: Any) -> list[Section]:
    """The sections of certain kinds, with certain words, or both. Raises `SlackError`: invalid_arguments."""
    if not isinstance(criteria, dict) or not {"section_types", "contains_text"} & set(criteria):
        raise invalid_arguments("must name section_types or contains_text [json-pointer:/criteria]")
    kinds = criteria.get("section_types", [])
    if not isinstance(kinds, list) or any(kind not in HEADINGS for kind in kinds):
        raise invalid_arguments(f"must be of {', '.join(HEADINGS)} [json-pointer:/criteria/section_types]")
    words = str(criteria.get("contains_text", "")).casefold()
    return [
        section
        for section in canvas.sections
        if words in section.markdown.casefold()
        and (not kinds or any(re.match(HEADINGS[kind], section.markdown) for kind in kinds))
    ]


def _rewrite(canvas: Canvas, operation: str, change: Json) -> None:
    wanted = change.get("section_id")
    if wanted is None and operation in _WITH_SECTION:
        raise invalid_arguments("missing required field: section_id [json-pointer:/changes/0]")
    at = next((n for n, section in enumerate(canvas.sections) if section.id == wanted), None)
    if wanted is not None and at is None:
        raise SlackError("canvas_editing_failed", detail=f"section not found: {wanted}")
    new = (
        [] if operation == "delete" else _sections(markdown_of(change.get("document_content"), "/changes/0"))
    )
    start, end = _span(operation, at, len(canvas.sections))
    rewritten = [*canvas.sections[:start], *new, *canvas.sections[end:]]
    if sum(len(section.markdown) for section in rewritten) > LONGEST_MARKDOWN:
        raise SlackError("canvas_editing_failed", detail="the canvas is too long")
    canvas.sections = rewritten


def _span(operation: str, at: int | None, length: int) -> tuple[int, int]:
    """From where to where the new sections stand instead of the present ones."""
    match operation:
        case "insert_at_start":
            return 0, 0
        case "insert_at_end":
            return length, length
    if at is None:
        return 0, length
    match operation:
        case "insert_before":
            return at, at
        case "insert_after":
            return at + 1, at + 1
    return at, at + 1


def _sections(markdown: str) -> list[Section]:
    parts = (part.strip("\n") for part in _BREAK.split(markdown))
    return [Section(f"temp:C:{secret(24)}", part) for part in parts if part.strip()]
