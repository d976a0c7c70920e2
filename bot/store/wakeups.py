"""What a commit woke, told to the other copies on the same PostgreSQL: NOTIFY with the commit, LISTEN beside it.

Only a hint: what is lost on the way is seen by the engine's look at the database a second later. The connection that
listens is also how the copies are counted, and how they know of each other who is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import presence

log = structlog.get_logger(__name__)

CHANNEL = "tocsin"
NAME = "tocsin wake-ups"
"""The listening connection's `application_name`."""
LISTEN_AGAIN_AFTER = 1.0

Wake = Callable[[str, datetime | None], None]


async def tell(conn: AsyncConnection, wakes: Mapping[str, datetime | None]) -> None:
    """Sent by PostgreSQL when the transaction commits, and not when it doesn't."""
    message = orjson.dumps(wakes).decode()
    await conn.execute(select(func.pg_notify(CHANNEL, message)))


async def listening(conn: AsyncConnection) -> int:
    """How many copies listen on this database."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"
    )
    return int((await conn.execute(query, {"name": NAME})).scalar_one())


class WakeUps:
    """Listens on a connection of its own, for as long as `start` to `stop`; a broken one is replaced.

    `copy` is this copy's name, by which the others know whether it is there.
    """

    def __init__(self, engine: AsyncEngine, wake: Wake, copy: str) -> None:
        self._engine = engine
        self._wake = wake
        self._copy = copy
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        """Set while a connection listens."""

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_listening(), name="wake-ups")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # the edge of the loop: without ears the copy is slower, not deaf
                log.warning("cannot listen for the other copies' wake-ups yet", problem=repr(error))
            await asyncio.sleep(LISTEN_AGAIN_AFTER)

    async def _listen(self) -> None:
        """Until the connection ends."""
        async with self._engine.connect() as conn:
            driver: Any = (await conn.get_raw_connection()).driver_connection
            ended = asyncio.Event()
            driver.add_termination_listener(lambda _: ended.set())
            try:
                await driver.execute(f"SET application_name = '{NAME}'")
                await presence.show(driver, self._copy)
                await driver.add_listener(CHANNEL, self._hear)
                self.listening.set()
                await ended.wait()
            finally:
                self.listening.clear()
                await conn.invalidate()  # closed, not given back: nobody else wants a connection that listens

    def _hear(self, _connection: Any, _pid: int, _channel: str, message: str) -> None:
        for duty, at in orjson.loads(message).items():
            try:
                self._wake(duty, datetime.fromisoformat(at) if at else None)
            except (KeyError, ValueError):
                log.warning("another copy woke what this one does not know", duty=duty)
