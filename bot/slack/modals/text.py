"""Only show something: a timeline, why somebody was paged, help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.slack import ids
from bot.slack.modals import form
from bot.slack.render.message import Block


def view(title: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """At most 100 blocks are shown; the title is cut at 24 characters."""
    return form.modal(ids.MODAL_TEXT, title, blocks)
