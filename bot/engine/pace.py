"""How many debts of a kind are on their way at once, and none while Slack asks to wait.

Each try costs: what is shown is read and worded before Slack, or our own memory of its limits, says no. Of many edits
that wait for a limit to pass one goes ahead, and the next follows when it was taken.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.core.debts import BESIDE_SLACK, PAID_BY_ONE_METHOD, DebtKind

AT_ONCE = 8
BESIDE_SLACK_AT_ONCE = 40
"""Providers that hang must not keep pages from Slack: it has room of its own among all that is on its way."""
ONE_BY_ONE_FOR = 60.0
"""Real seconds after a limit has passed: Slack counts calls by the minute."""
_PACED = PAID_BY_ONE_METHOD | BESIDE_SLACK


class Pace:
    """Kept in memory: whoever forgets it at a restart is told again by Slack."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._quiet_until: dict[DebtKind, float] = {}

    def asked_to_wait(self, kind: DebtKind, seconds: float) -> None:
        """Slack takes none of this kind for so many real seconds, if one method pays them all."""
        if kind in PAID_BY_ONE_METHOD:
            until = self._clock.monotonic() + seconds
            self._quiet_until[kind] = max(until, self._quiet_until.get(kind, until))

    def room(self, in_hand: Collection[DebtKind]) -> dict[DebtKind, int]:
        """How many more of each such kind may begin while these are on their way; other kinds have no pace."""
        kinds = list(in_hand)
        return {kind: max(0, self._at_once(kind) - kinds.count(kind)) for kind in _PACED}

    def resumes_at(self) -> datetime | None:
        """When the first kind that is quiet now may go on, in real time."""
        waits = [self._wait(kind) for kind in self._quiet_until]
        soonest = min((wait for wait in waits if wait > 0), default=None)
        return None if soonest is None else self._clock.real() + timedelta(seconds=soonest)

    def _at_once(self, kind: DebtKind) -> int:
        if kind in BESIDE_SLACK:
            return BESIDE_SLACK_AT_ONCE
        if kind not in self._quiet_until:
            return AT_ONCE
        wait = self._wait(kind)
        if wait > 0:
            return 0
        return 1 if wait > -ONE_BY_ONE_FOR else AT_ONCE

    def _wait(self, kind: DebtKind) -> float:
        return self._quiet_until[kind] - self._clock.monotonic()
