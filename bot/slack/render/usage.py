"""What help knows of a sub-command."""

from __future__ import annotations

from bot.core.frozen import dataclass


@dataclass(frozen=True)
class Usage:
    """One sub-command: how it is typed, what it does, one example; then what its own help adds."""

    word: str
    arguments: str
    what: str
    example: str = ""
    more: tuple[str, ...] = ()
    """Further examples."""
    hint: str = ""
    """What goes wrong most often, and what to do then."""
    touch: str = ""
    """The button or form that does the same."""
