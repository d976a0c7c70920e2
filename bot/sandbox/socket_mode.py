"""Socket Mode: the app's connections, envelopes and their acknowledgements.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import WSMessage, WSMsgType, web

from bot.sandbox.ids import secret
from bot.sandbox.tasks import Tasks
from bot.sandbox.wire import Json

ACK_TIMEOUT = 3.0
"""Seconds that Slack waits for an acknowledgement."""
MOST_CONNECTIONS = 10
EVENT_RETRIES_AFTER = (0.5, 60.0, 300.0)
"""Seconds until an event that was not acknowledged is sent again; undocumented for sockets, HTTP's schedule."""
CONNECTION_TIME = 3600
"""What `hello` promises, seconds."""
WARNING_BEFORE_CLOSE = 10.0
OVERTAKEN_WITHIN = 0.5
"""Seconds that an envelope waits for the next one to overtake it, while a fault reorders them."""
ANY_CONNECTION_MAY_ACK = True
"""Not settled for real Slack; slack_sdk acks on its new socket after a refresh."""

Kind = Literal["events_api", "interactive", "slash_commands"]
Failure = Literal["operation_timeout", "dispatch_failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of an envelope: acknowledged within `ms`, with an answer or none; or the failure people see."""

    ms: float
    payload: Json | None = None
    failure: Failure | None = None


@dataclass(eq=False)
class Connection:
    """One socket of the app.

    `silent`: still open, but nothing passes, as behind a dead NAT. `leaving`: told to go; gets nothing more.
    """

    socket: web.WebSocketResponse
    silent: bool = False
    leaving: bool = False


@dataclass
class _Awaited:
    answer: asyncio.Future[Json | None]
    connection: Connection | None = None
    sent_at: float = field(default_factory=time.monotonic)


class SocketMode:
    """All connections of the one app."""

    def __init__(
        self,
        app_id: str,
        tasks: Tasks,
        on_change: Callable[[int], None],
        duplicates: Callable[[], bool],
        reorders: Callable[[], bool],
    ):
        self._app_id = app_id
        self._tasks = tasks
        self._on_change = on_change
        self._duplicates = duplicates
        self._reorders = reorders
        self._waiting: asyncio.Event | None = None
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._turn = itertools.count()
        self._awaited: dict[str, _Awaited] = {}
        self._workspace = 0

    @property
    def count(self) -> int:
        """Open connections, without those that were told to go."""
        return sum(not each.leaving for each in self._connections)

    def ticket(self) -> str:
        """A word that opens one connection, once."""
        ticket = secret(32)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection of the app until either side ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid or used ticket")
        self._tickets.discard(ticket)
        connection = Connection(web.WebSocketResponse(autoping=False, max_msg_size=0))
        await connection.socket.prepare(request)
        if self.count >= MOST_CONNECTIONS:
            await connection.socket.send_str(_disconnect("too_many_websockets"))
            await connection.socket.close()
            return connection.socket
        self._connections.append(connection)
        self._on_change(self.count)
        await connection.socket.send_str(self._hello())
        try:
            while not connection.socket.closed:
                await self._receive(connection, await connection.socket.receive())
        finally:
            self._forget(connection)
        return connection.socket

    async def request(self, kind: Kind, payload: Json, attempt: int = 0, *, answers: bool = False) -> Outcome:
        """Send an envelope to one connection and wait for its acknowledgement."""
        envelope_id = str(uuid.uuid4())
        awaited = _Awaited(asyncio.get_running_loop().create_future())
        self._awaited[envelope_id] = awaited
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": answers,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        try:
            awaited.connection = await self._send_in_turn(json.dumps(envelope, ensure_ascii=False))
            if awaited.connection is None:
                return Outcome(0, failure="dispatch_failed")
            answer = await asyncio.wait_for(awaited.answer, ACK_TIMEOUT)
        except TimeoutError:
            return Outcome(ACK_TIMEOUT * 1000, failure="operation_timeout")
        finally:
            del self._awaited[envelope_id]
        return Outcome(round((time.monotonic() - awaited.sent_at) * 1000, 1), answer)

    async def event(self, payload: Json) -> None:
        """Deliver an event; what is not acknowledged is sent again, a few times."""
        workspace = self._workspace
        outcome = await self.request("events_api", payload)
        for attempt, delay in enumerate(EVENT_RETRIES_AFTER, start=1):
            if outcome.failure is None:
                return
            await asyncio.sleep(delay)
            if workspace != self._workspace:
                return
            outcome = await self.request("events_api", payload, attempt)

    def forget_events(self) -> None:
        """Send no event of the present workspace again: there is a new one."""
        self._workspace += 1

    async def close_all(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            await self._close(connection)

    async def disconnect(self, reason: Literal["warning", "refresh_requested"]) -> None:
        """Announce to every connection that it ends, and end it a while later."""
        for connection in list(self._connections):
            connection.leaving = reason == "refresh_requested"
            if not connection.silent:
                await connection.socket.send_str(_disconnect(reason))
            self._tasks.start(self._close_later(connection))

    def silence(self) -> None:
        """Let nothing pass over the present connections."""
        for connection in self._connections:
            connection.silent = True

    async def _send_in_turn(self, text: str) -> Connection | None:
        """Send, or while a fault reorders envelopes let every other one be overtaken by its follower first."""
        overtaken, self._waiting = self._waiting, None
        if overtaken is None and self._reorders():
            self._waiting = follower = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(follower.wait(), OVERTAKEN_WITHIN)
            if self._waiting is follower:
                self._waiting = None
        sent = await self._send(text)
        if overtaken is not None:
            overtaken.set()
        return sent

    async def _send(self, text: str) -> Connection | None:
        """Hand a frame to the next connection in turn, twice when a fault says so; None: nobody is connected."""
        first: Connection | None = None
        for _ in range(2 if self._duplicates() else 1):
            connections = [c for c in self._connections if not (c.socket.closed or c.leaving)]
            if not connections:
                return first
            connection = connections[next(self._turn) % len(connections)]
            first = first or connection
            if not connection.silent:
                try:
                    await connection.socket.send_str(text)
                except ConnectionError:
                    self._forget(connection)
        return first

    async def _receive(self, connection: Connection, message: WSMessage) -> None:
        if connection.silent:
            return
        if message.type is WSMsgType.PING:
            await connection.socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._acknowledge(connection, message.data)

    def _acknowledge(self, connection: Connection, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        awaited = self._awaited.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if awaited is None or awaited.answer.done():
            return
        if ANY_CONNECTION_MAY_ACK or awaited.connection is connection:
            awaited.answer.set_result(answer.get("payload"))

    def _hello(self) -> str:
        return json.dumps(
            {
                "type": "hello",
                "connection_info": {"app_id": self._app_id},
                "num_connections": self.count,
                "debug_info": {
                    "host": "sandbox",
                    "build_number": 1,
                    "approximate_connection_time": CONNECTION_TIME,
                },
            }
        )

    async def _close_later(self, connection: Connection) -> None:
        await asyncio.sleep(WARNING_BEFORE_CLOSE)
        await self._close(connection)

    async def _close(self, connection: Connection) -> None:
        self._forget(connection)
        # The app may never answer the close frame; what it had to say is of no interest any more.
        self._tasks.start(connection.socket.close())

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._on_change(self.count)


def _disconnect(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
