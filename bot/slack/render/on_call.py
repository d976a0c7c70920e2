"""Who is on call now, for the reader first."""

from __future__ import annotations

from bot.core.views import OnCallView
from bot.slack.render.message import Message, lines, message, section, within
from bot.templates import say


def on_call(view: OnCallView) -> Message:
    """The answer to `/oncall`."""
    you = mine(view)
    shown, left = within(teams(view))
    shown += [say("incident", "more", left)] if left else []
    return message(you, (section(you), *map(section, lines(shown))))


def mine(view: OnCallView) -> str:
    """The reader's own shift, or the next one, in a sentence."""
    if view.mine:
        return say("on_call", "mine", view.mine)
    return say("on_call", "not_mine", view.next)


def teams(view: OnCallView) -> list[str]:
    """A line for each team, level 1 first."""
    return [say("on_call", "team", team) for team in view.teams] or [say("on_call", "no_teams")]
