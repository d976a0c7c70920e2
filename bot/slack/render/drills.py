"""A chain as it would run, a drill before it runs, and what came of it."""

from __future__ import annotations

from bot.core.drill import Drill, DrillView
from bot.core.ids import DrillId
from bot.core.simulation import Simulated
from bot.slack import ids
from bot.slack.render import simulation
from bot.slack.render.message import (
    Block,
    Message,
    actions,
    button,
    context,
    lines,
    message,
    section,
    sentence,
    within,
)
from bot.templates import say

KINDS = frozenset({"drill_asked", "drill_ready", "drill_called_off", "drill_report"})


def foreseen(simulated: Simulated, carried: str) -> Message:
    """What would happen, and the button that runs it with people; `carried` is what was asked for."""
    told = [say("drills", "foreseen"), *simulation.as_lines(simulated)]
    shown, left = within(told)
    live = button("Run it live…", ids.DRILL_PROPOSE, carried)
    more = [context(say("incident", "more", left))] if left else []
    return message(told[0], (*map(section, lines(shown)), *more, actions([live])))


def proposed(drill: Drill) -> Message:
    text = say("drills", "proposed", drill)
    return message(text, (section(text), _choices(drill.id)))


def notice(what: str, view: DrillView) -> Message:
    """`what` is one of `KINDS`."""
    drill = view.drill
    match what:
        case "drill_asked":
            text = say("drills", "asked", drill)
            take_part = button("I take part", ids.DRILL_YES, drill.id, style="primary")
            return message(
                text, (section(text), actions([take_part, button("Not me", ids.DRILL_NO, drill.id)]))
            )
        case "drill_ready":
            text = say("drills", "ready", drill)
            return message(text, (section(text), _choices(drill.id)))
        case "drill_called_off":
            return called_off(drill)
        case _:
            text = say("drills", "report", view)
            each = [f"• {say('drills', 'line', line)}" for line in view.lines]
            return message(text, (section(text), *map(section, lines(each))))


def answered(drill: Drill, *, takes_part: bool) -> Message:
    return sentence(say("drills", "answered", drill, takes_part))


def started(drill: Drill) -> Message:
    return sentence(say("drills", "started", drill))


def called_off(drill: Drill) -> Message:
    return sentence(say("drills", "called_off", drill))


def _choices(drill: DrillId) -> Block:
    start = button("Start", ids.DRILL_START, drill, style="primary")
    return actions([start, button("Call it off", ids.DRILL_CALL_OFF, drill)])
