"""Whose turn it is to write: one at a time, in the order of coming, with a short way for what must not wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """A lock with two queues. Those who come `first` and the others take turns, so that neither waits for a queue."""

    def __init__(self) -> None:
        self._taken = False
        self._last_was_first = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits for the lock."""
        return any(not waiting.done() for queue in (self._first, self._others) for waiting in queue)

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """Hold the lock for the block."""
        await self._take(first)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, first: bool) -> None:
        if not self._taken:
            self._taken, self._last_was_first = True, first
            return
        waiting = asyncio.get_running_loop().create_future()
        queue = self._first if first else self._others
        queue.append(waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self._pass_on()  # it was given the turn and goes away without it
            raise

    def _pass_on(self) -> None:
        """Whoever is next holds the lock from here on, so that nobody slips in between."""
        order = [self._others, self._first] if self._last_was_first else [self._first, self._others]
        for queue in order:
            while queue:
                waiting = queue.popleft()
                if not waiting.done():
                    self._last_was_first = queue is self._first
                    waiting.set_result(None)
                    return
        self._taken = False
