"""How often one address is answered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000


class Pace:
    """So many in a row for each key, and then one more after each so many seconds of real time."""

    def __init__(self, monotonic: Callable[[], float], most: int, each_seconds: float) -> None:
        self._monotonic = monotonic
        self._most = most
        self._each = each_seconds
        self._free_at: OrderedDict[object, float] = OrderedDict()
        """When as many as ever are free again; of the keys that were asked last."""

    def take(self, key: object) -> float:
        """Seconds to wait before the next is free; 0 when this one is."""
        now = self._monotonic()
        free_at = max(self._free_at.get(key, now), now) + self._each
        over = free_at - now - self._most * self._each
        if over > 0:
            return over
        self._free_at[key] = free_at
        self._free_at.move_to_end(key)
        while len(self._free_at) > REMEMBERED:
            self._free_at.popitem(last=False)
        return 0.0
