"""What a form says in its place when its answer came late: the database had been busy."""

from __future__ import annotations

from collections.abc import Iterable

from bot.slack.render.message import Message, sentence
from bot.templates import say


def done() -> Message:
    """After "not saved yet", where what was done shows by itself."""
    return sentence(say("late", "done"))


def saved() -> Message:
    return sentence(say("late", "saved"))


def not_saved(errors: Iterable[str]) -> Message:
    """The form is gone, so what is wrong at its fields is told together."""
    return sentence(say("late", "not_saved", list(errors)))
