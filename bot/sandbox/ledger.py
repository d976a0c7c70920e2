"""Every call that the app made, so that a test can say what Slack was told and when."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass

from bot.sandbox.wire import Json

MOST_ENTRIES = 100_000
"""Older calls are forgotten, so that a sandbox may run for weeks."""


@dataclass(frozen=True)
class Entry:
    """One Web API call. `at` is when it arrived, epoch seconds; `answer` what was or would have been sent."""

    n: int
    at: float
    method: str
    args: Json
    answer: Json
    status: int
    fault: Json | None


class Ledger:
    """Entries in the order in which they were answered; `n` counts on over a reset."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0

    def record(
        self, at: float, method: str, args: Json, answer: Json, status: int, fault: Json | None
    ) -> None:
        """Add a call that was just answered."""
        self._count += 1
        self._entries.append(Entry(self._count, at, method, args, answer, status, fault))

    def since(self, n: int) -> list[Json]:
        """Entries after the one numbered `n`."""
        return [asdict(entry) for entry in self._entries if entry.n > n]

    def clear(self) -> None:
        """Forget the calls, not the numbering."""
        self._entries.clear()
