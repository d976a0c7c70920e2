"""What the person who pressed a button or typed a command is told; only they see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bot.core.decision import Reply
from bot.core.ids import UserId, user_of
from bot.core.views import PageView
from bot.slack import ids
from bot.slack.render.message import Message, actions, button, message, section, sentence
from bot.templates import say


class Act(StrEnum):
    """What somebody did to a page; each value is a macro of `replies.j2`."""

    ACKNOWLEDGE = "acknowledged"
    DECLINE = "declined"
    ESCALATE = "escalated"
    TAKE_OVER = "took_over"
    SNOOZE = "snoozed"
    RESOLVE = "resolved"
    JOIN = "joined_page"


def acted(act: Act, outcome: Reply, view: PageView, at: datetime) -> Message:
    """The answer to `act`: what came of it at `at`, and who has the page. `view` is the page after it."""
    match outcome:
        case Reply.HELD_BY_OTHER:
            return held_by_other(view, at)
        case Reply.OVER:
            user = user_of(view.resolved_by) if view.resolved_by else None
            return sentence(say("replies", "over", view, user))
        case Reply.ALREADY_YOURS:
            return sentence(say("replies", "already_yours", view))
        case Reply.NEXT_PAGED if act is Act.DECLINE:
            return sentence(say("replies", "declined_next", view))
        case Reply.NOT_DUE:
            return sentence(say("replies", "not_due", view))
        case _:
            return sentence(say("replies", act.value, view))


def held_by_other(view: PageView, at: datetime) -> Message:
    """ "Bob acknowledged this 3 min before you.", with the button to take it from him."""
    text = say("replies", "held_by_other", view, at)
    take_over = button("Take over", ids.PAGE_TAKE_OVER, view.id)
    return message(text, (section(text), actions([take_over])))


def responders_paged(view: PageView, users: Sequence[UserId]) -> Message:
    return sentence(say("replies", "responders", view, users))


def not_saved_yet() -> Message:
    """The database could not be written within two seconds; the truth follows."""
    return sentence(say("replies", "not_saved_yet"))


def our_fault(error_id: str) -> Message:
    return sentence(say("replies", "our_fault", error_id))
