"""Slack's rate limits: a bucket per method, and one per channel for messages.

Tiers: https://docs.slack.dev/apis/web-api/rate-limits ("20+ per minute" is taken as 20, in a burst or spread).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """A bucket of `burst` calls that refills at `per_second`."""

    burst: int
    per_second: float


TIER_1 = Rate(1, 1 / 60)
TIER_2 = Rate(20, 20 / 60)
TIER_3 = Rate(50, 50 / 60)
TIER_4 = Rate(100, 100 / 60)
MESSAGES_OF_A_CHANNEL = Rate(5, 1)
WEBHOOK = Rate(5, 1)


class Limits:
    """The buckets, full at first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str, rate: Rate) -> int | None:
        """Take one from a bucket. None: allowed. A number: refused, whole seconds until the next is free."""
        now = self._clock()
        level, at = self._buckets.get(key, (float(rate.burst), now))
        level = min(rate.burst, level + (now - at) * rate.per_second)
        if level < 1:
            self._buckets[key] = (level, now)
            return max(1, math.ceil((1 - level) / rate.per_second))
        self._buckets[key] = (level - 1, now)
        return None

    def clear(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()
