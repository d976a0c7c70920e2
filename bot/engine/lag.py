"""How late the event loop is: what everything that waits for it waits besides."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.measured import Durations

LOOK_EVERY_SECONDS = 0.5


class Lag:
    """Sleeps and notes how much longer the sleep took; from `start` to `stop`."""

    def __init__(self, look_every: float = LOOK_EVERY_SECONDS) -> None:
        self._look_every = look_every
        self._task: asyncio.Task[None] | None = None
        self.seen = Durations()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._look(), name="loop lag")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await asyncio.sleep(self._look_every)
            self.seen.add(loop.time() - began - self._look_every)
