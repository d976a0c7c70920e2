"""Durations as they were seen since the start, kept small: how many were at most how long, and their sum."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

UP_TO = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds, rising; what is longer than the last is counted beyond it."""


class Durations:
    """What Prometheus calls a histogram. To be used from one thread."""

    def __init__(self, up_to: Sequence[float] = UP_TO) -> None:
        self._up_to = tuple(up_to)
        self._counts = [0] * (len(self._up_to) + 1)
        self.seconds = 0.0
        """All of them together."""

    def add(self, seconds: float) -> None:
        """Note one; a negative one is none at all."""
        seconds = max(0.0, seconds)
        self._counts[bisect_left(self._up_to, seconds)] += 1
        self.seconds += seconds

    def cumulative(self) -> tuple[tuple[float, int], ...]:
        """How many were at most each bound, infinity last."""
        return tuple(zip((*self._up_to, float("inf")), accumulate(self._counts), strict=True))
