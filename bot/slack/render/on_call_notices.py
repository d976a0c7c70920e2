"""To people whose time on call has changed by somebody else's hand."""

from __future__ import annotations

from bot.core.views import CalendarProblem, CoverView, OnCallChange, SwapView
from bot.slack.render.message import Message, sentence
from bot.templates import say

KINDS = frozenset(
    [
        "override_made",
        "override_ended",
        "standing_in",
        "nobody_stands_in",
        "stand_in_ended",
        "cover_accepted",
        "cover_unanswered",
        "swap_settled",
        "calendar_failed",
    ]
)
"""Each has a macro of its name."""


def notice(what: str, view: OnCallChange | CoverView | SwapView | CalendarProblem) -> Message:
    """`what` is one of `KINDS`, `view` what `bot.queries.on_call_notices` tells of it."""
    return sentence(say("on_call_notices", what, view))
