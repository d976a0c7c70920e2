"""Tells open pages what changed; they fetch it again themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.tasks import Tasks
from bot.sandbox.wire import Json


@dataclass(eq=False)
class Listener:
    """One open page, and who looks at it."""

    user: str
    socket: web.WebSocketResponse = field(default_factory=lambda: web.WebSocketResponse(heartbeat=20))


class Live:
    """The open pages."""

    def __init__(self, tasks: Tasks) -> None:
        self._listeners: set[Listener] = set()
        self._tasks = tasks

    async def serve(self, request: web.Request, user: str) -> web.WebSocketResponse:
        """Keep one page informed until it goes."""
        listener = Listener(user)
        await listener.socket.prepare(request)
        self._listeners.add(listener)
        try:
            async for _ in listener.socket:
                pass
        finally:
            self._listeners.discard(listener)
        return listener.socket

    def tell(self, change: Json, only: str | None = None) -> None:
        """Send a change to all pages, or to those of one person."""
        for listener in list(self._listeners):
            if only in (None, listener.user):
                self._tasks.start(_send(listener.socket, change))

    async def close(self) -> None:
        """Hang up on all pages."""
        for listener in list(self._listeners):
            await listener.socket.close(code=1001)


async def _send(socket: web.WebSocketResponse, change: Json) -> None:
    if socket.closed:
        return
    try:
        await socket.send_json(change)
    except ConnectionError:
        return
