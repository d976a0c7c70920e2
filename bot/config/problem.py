"""What is wrong in a configuration file: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bot.core.frozen import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. `message` is a clause without its full stop, `cure` a whole sentence; `line` counts from 1."""

    file: str
    line: int
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}. {self.cure}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; None when none is near. Case does not matter."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A cure: the nearest known name, or else the whole sentence `otherwise`."""
    meant = nearest(word, known)
    return f"Did you mean {meant}?" if meant else otherwise


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = list(names) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
