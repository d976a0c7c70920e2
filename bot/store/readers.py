"""Connections that only read SQLite, kept open between reads: a pool makes and resets several objects for each use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.hot import HotConnection, HotEngine

MOST = 8


class Readers:
    """Up to `MOST` of them, opened when they are needed; whoever comes later waits."""

    def __init__(self, engine: HotEngine) -> None:
        self._engine = engine
        self._room = asyncio.Semaphore(MOST)
        self._free: list[HotConnection] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[HotConnection]:
        """A connection that sees one state from its first statement to the block's end."""
        async with self._room:
            conn = self._free.pop() if self._free else await self._opened()
            try:
                yield conn
            except BaseException:  # the edge of a read: whatever went wrong, this one is not used again
                await conn.close()
                raise
            await conn.rest()
            self._free.append(conn)

    async def close(self) -> None:
        while self._free:
            await self._free.pop().close()

    async def _opened(self) -> HotConnection:
        conn = self._engine.connect()
        await conn.start()
        return conn
