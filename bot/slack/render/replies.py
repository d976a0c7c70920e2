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
from bot.templates import mrkdwn, say


class Act(StrEnum):
    """What somebody did to a page; each value is a macro of `replies.j2`."""

    ACKNOWLEDGE = "acknowledged"
    DECLINE = "declined"
    ESCALATE = "escalated"
    TAKE_OVER = "took_over"
    SNOOZE = "snoozed"
    RESOLVE = "resolved"
    JOIN = "joined_page"
    ACCEPT = "accepted"


TAKING = (Act.ACKNOWLEDGE, Act.TAKE_OVER)
"""Whoever has the page now sees the runbook with the answer; not in its `text`, which is also read out on a call."""


def acted(act: Act, outcome: Reply, view: PageView, at: datetime) -> Message:
    """The answer to `act`: what came of it at `at`, and who has the page. `view` is the page after it."""
    match outcome:
        case Reply.HELD_BY_OTHER if act is Act.DECLINE and view.reader_was_added:
            return sentence(say("replies", "cannot_help", view))
        case Reply.DONE if act is Act.DECLINE and view.reader_was_added:
            return sentence(say("replies", "cannot_help", view))
        case Reply.HELD_BY_OTHER:
            return held_by_other(view, at)
        case Reply.OTHERS_MUST_TOO:
            return sentence(say("replies", "others_must_too", view))
        case Reply.ALREADY_YOURS if act is Act.ACCEPT:
            return sentence(say("replies", "accepted_already", view))
        case Reply.NOT_DUE if act is Act.ESCALATE:
            return sentence(say("replies", "moved_on", view))
        case Reply.OVER:
            user = user_of(view.resolved_by) if view.resolved_by else None
            return sentence(say("replies", "over", view, user))
        case Reply.ALREADY_YOURS:
            return sentence(say("replies", "already_yours", view))
        case Reply.NEXT_PAGED if act is Act.DECLINE:
            return sentence(say("replies", "declined_next", view))
        case Reply.NOT_DUE:
            return sentence(say("replies", "not_due", view))
        case Reply.DONE if act in TAKING and mrkdwn.is_web(view.runbook):
            text = say("replies", act.value, view)
            return message(text, (section(text), section(say("page", "first_step", view.runbook))))
        case _:
            return sentence(say("replies", act.value, view))


def held_by_other(view: PageView, at: datetime) -> Message:
    """ "Bob acknowledged this 3 min before you.", with the button to take it from him."""
    text = say("replies", "held_by_other", view, at)
    take_over = button("Take over", ids.PAGE_TAKE_OVER, view.id)
    return message(text, (section(text), actions([take_over])))


def acknowledged_all(told: Sequence[tuple[Reply, PageView]], at: datetime) -> Message:
    """The pages that are the clicker's now, and what came of those that are not."""
    own = [view for reply, view in told if reply is Reply.DONE]
    texts = [say("replies", "all_acknowledged", own)] if own or not told else []
    texts += [acted(Act.ACKNOWLEDGE, reply, view, at).text for reply, view in told if reply is not Reply.DONE]
    return sentence(" ".join(texts))


def responders_paged(view: PageView, users: Sequence[UserId], unreachable: Sequence[str] = ()) -> Message:
    return sentence(say("replies", "responders", view, users, unreachable))


def given(view: PageView, users: Sequence[UserId], unreachable: Sequence[str] = ()) -> Message:
    """The page is `users`' now, as soon as one of them acknowledges."""
    return sentence(say("replies", "given", view, users, unreachable))


def not_saved_yet() -> Message:
    """The database could not be written within two seconds; the truth follows."""
    return sentence(say("replies", "not_saved_yet"))


def our_fault(error_id: str) -> Message:
    return sentence(say("replies", "our_fault", error_id))
