"""What is at work for people right now, so that a stop can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncApp

T = TypeVar("T")


class Running:
    """Keeps the tasks of listeners: bolt itself holds no reference to them, and drains nothing when it stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def at_work(self) -> tuple[str, ...]:
        """The names of what runs now."""
        return tuple(sorted(task.get_name() for task in self._tasks))

    async def drained(self, within: float) -> bool:
        """Wait for all of it, also for what it starts meanwhile; False when some was still at work after `within`."""
        try:
            async with asyncio.timeout(within):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        except TimeoutError:
            return False
        return True


class ListeningApp(AsyncApp):
    """A bolt app that knows which of its listeners are at work, and what to do when it is connected."""

    running: Running
    on_connected: Callable[[], Awaitable[None]]
    keep_up: Callable[[asyncio.Event, Callable[[], Awaitable[object]]], Coroutine[Any, Any, None]]
    """Runs while there are sockets: told of each that opens, and how to ask whether one is alive."""
