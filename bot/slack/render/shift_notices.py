"""Around a change of shift: before it, at its beginning and at its end, and what the team's channel hears."""

from __future__ import annotations

from typing import assert_never

from bot.core.shift_views import ShiftAnnounced, ShiftBegun, ShiftNotice, ShiftOver, ShiftUpcoming
from bot.slack.render.message import Block, Message, lines, message, section, sentence
from bot.templates import say

MOST_OPEN = 10
"""Pages and incidents that are shown each; of the others only the number."""


def notice(view: ShiftNotice) -> Message:
    match view:
        case ShiftUpcoming():
            return sentence(say("on_call_shifts", "upcoming", view))
        case ShiftBegun():
            return begun(view)
        case ShiftOver():
            return sentence(say("on_call_shifts", "over", view))
        case ShiftAnnounced():
            return sentence(say("on_call_shifts", "announced", view))
        case _:
            assert_never(view)


def begun(view: ShiftBegun) -> Message:
    """First what is true now, then what is open."""
    text = say("on_call_shifts", "begun", view)
    blocks = [section(text), *_open(view)]
    return message(f"{text} {say('on_call_shifts', 'open_summary', view)}", blocks)


def _open(view: ShiftBegun) -> list[Block]:
    shown = [say("on_call_shifts", "open_summary", view)]
    shown += [say("home", "incident", line, False) for line in view.incidents[:MOST_OPEN]]
    shown += [say("home", "page", line) for line in view.pages[:MOST_OPEN]]
    return [section(part) for part in lines(shown)]
