"""How often one address may be asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

MOST = 30
"""In a row; a person who reloads a page does not come near it."""
EACH_SECONDS = 2.0
"""After so long another one is free."""
REMEMBERED = 10_000


class Pace:
    """Counts per key, in real time; the keys that were asked last are remembered."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._free_at: OrderedDict[object, float] = OrderedDict()
        """When as many as ever are free again."""

    def take(self, key: object) -> float:
        """Seconds to wait before the next is free; 0 when this one is."""
        now = self._monotonic()
        free_at = max(self._free_at.get(key, now), now) + EACH_SECONDS
        over = free_at - now - MOST * EACH_SECONDS
        if over > 0:
            return over
        self._free_at[key] = free_at
        self._free_at.move_to_end(key)
        while len(self._free_at) > REMEMBERED:
            self._free_at.popitem(last=False)
        return 0.0
