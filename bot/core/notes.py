"""A note that came from a message: whether it stands, and what it says now, told by its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.facts import Fact, NoteAdded, NoteEdited, NoteRetracted, NoteSourceDeleted
from bot.core.frozen import dataclass


@dataclass(frozen=True)
class Noted:
    text: str
    marked: bool = False
    """By a 📌 or a pin on the message, so that it is taken back when the last of them goes."""
    deleted: bool = False
    """The message is gone from Slack; what it said stays."""


def standing(facts: Iterable[Fact]) -> Noted | None:
    """Fold the facts of one message, in their order; None when it is not noted, or not any more."""
    noted: Noted | None = None
    for fact in facts:
        match fact:
            case NoteAdded():
                noted = Noted(fact.text, fact.reaction or fact.pinned)
            case NoteRetracted():
                noted = None
            case NoteEdited() if noted:
                noted = replace(noted, text=fact.text)
            case NoteSourceDeleted() if noted:
                noted = replace(noted, deleted=True)
            case _:
                pass
    return noted
