"""To owners, admins and whoever changed a user group by hand."""

from __future__ import annotations

from bot.core.group_views import GroupNotice
from bot.slack.render.message import Message, sentence
from bot.templates import say

KINDS = frozenset(
    [
        "user_group_stays",
        "user_group_undone",
        "user_group_respected",
        "user_groups_refused",
        "user_group_failed",
    ]
)
"""Each has a macro of its name."""


def notice(what: str, view: GroupNotice) -> Message:
    """`what` is one of `KINDS`."""
    return sentence(say("user_groups", what, view))
