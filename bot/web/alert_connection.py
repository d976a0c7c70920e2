"""A sender's connection: plain posts of alerts are answered here, and from the first other request on aiohttp has it.

In a flood reading, routing and answering a request by aiohttp costs twice what keeping its alert does (decision
015). This reads one shape of request, whole, as nearly all senders write it; whatever is not exactly that goes to
aiohttp with the bytes as they came, so that there is one authority on HTTP.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import formatdate
from http.client import responses
from typing import cast

import structlog

from bot.ingest.http import PATH, Answer, our_fault

log = structlog.get_logger(__name__)

LONGEST_HEAD = 4_096
LARGEST = 64 * 1024
"""Of a body; larger ones come in several pieces."""
IDLE_SECONDS = 3_630.0
"""Real time without a request, after which a connection is closed, give or take as much.

As aiohttp's: longer than proxies keep theirs, so that none of them uses one that is being closed.
"""

_REQUEST = re.compile(
    rb"POST " + PATH.encode() + rb"([\w-]+) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[\t\x20-\x7e]*\r\n)+)\r\n"
)
_LENGTH = re.compile(rb"^content-length:[\t ]*([0-9]{1,6})[\t ]*\r$", re.IGNORECASE | re.MULTILINE)
_ONCE = re.compile(rb"^(content-length|host):", re.IGNORECASE | re.MULTILINE)
_OTHERWISE = re.compile(
    rb"^(transfer-encoding|content-encoding|expect|upgrade|connection:(?![\t ]*keep-alive[\t ]*\r$))",
    re.IGNORECASE | re.MULTILINE,
)


def plain_post(data: bytes) -> tuple[str, bytes] | None:
    """The token and the body of one whole plain post of alerts, and nothing after it; None for all else.

    Plain: HTTP/1.1, a host, a length, an ASCII token and head, nothing that asks for another way (RFC 9112 §6).
    """
    request = _REQUEST.match(data, 0, LONGEST_HEAD)
    if request is None:
        return None
    head = request[2]
    length = _LENGTH.search(head)
    if length is None or len(data) - request.end() != int(length[1]) or int(length[1]) > LARGEST:
        return None
    if len(_ONCE.findall(head)) != 2 or _OTHERWISE.search(head):
        return None
    return request[1].decode(), data[request.end() :]


class Dates:
    """The time as HTTP writes it, worded once a second."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self._real = real
        self._of = 0
        self._worded = ""

    def now(self) -> str:
        second = int(self._real().timestamp())
        if second != self._of:
            self._of, self._worded = second, formatdate(second, usegmt=True)
        return self._worded


class AlertConnection(asyncio.Protocol):
    """Answers one request after the other; what comes before an answer is out waits for it."""

    def __init__(
        self,
        take: Callable[[str, bytes], Awaitable[Answer]],
        others: Callable[[], asyncio.Protocol],
        dates: Dates,
        all_open: set[AlertConnection],
    ) -> None:
        """`others` makes what goes on with a connection that is not ours; `all_open` is told while it is."""
        self._take = take
        self._others = others
        self._dates = dates
        self._all_open = all_open
        self._answering: asyncio.Task[None] | None = None
        self._unread = False
        """Whether so much of our answers is not taken that no more should be written."""
        self._waiting = b""
        self._last = False
        self._used = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes
        self._all_open.add(self)
        plug = cast(socket.socket, transport.get_extra_info("socket"))
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # whoever vanished is found gone
        self._watch()

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        self._go_on()

    def eof_received(self) -> bool:
        """Whoever has nothing more to say may still want the answer."""
        self._last = True
        return self._answering is not None

    def pause_writing(self) -> None:
        self._unread = True

    def resume_writing(self) -> None:
        self._unread = False
        if not self._transport.is_closing():
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()

    async def finish(self) -> None:
        """Answer what is being answered, then close."""
        self._last = True
        if self._answering is None:
            self._transport.close()
        else:
            await self._answering

    def _go_on(self) -> None:
        """Serve what waits when it can be answered; more of it is read only then."""
        if self._answering is not None or self._unread:
            self._transport.pause_reading()
            return
        self._transport.resume_reading()
        data, self._waiting = self._waiting, b""
        post = plain_post(data)
        if post is not None:
            self._used = True
            self._answering = asyncio.create_task(self._answer(*post), name="alert")
        elif data:
            self._hand_over(data)

    async def _answer(self, token: str, body: bytes) -> None:
        try:
            answer = await self._take(token, body)
        except Exception:  # the edge of one request
            log.exception("a request could not be answered", route=f"POST {PATH}{{token}}")
            answer = our_fault()
        self._answering = None
        if self._transport.is_closing():
            return
        self._transport.write(self._written(answer))
        if self._last:
            self._transport.close()
        elif self._waiting:
            self._go_on()

    def _written(self, answer: Answer) -> bytes:
        own = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        end = "Connection: close\r\n" if self._last else ""
        return (
            f"HTTP/1.1 {answer.status} {responses[answer.status]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(answer.body)}\r\nDate: {self._dates.now()}\r\n{own}{end}\r\n"
        ).encode() + answer.body

    def _hand_over(self, data: bytes) -> None:
        self._leave()
        other = self._others()
        self._transport.set_protocol(other)
        other.connection_made(self._transport)
        other.data_received(data)

    def _leave(self) -> None:
        self._all_open.discard(self)
        self._idle.cancel()

    def _watch(self) -> None:
        """Close it when nothing was asked since the last look."""
        if not self._used and self._answering is None:
            self._transport.close()
            return
        self._used = False
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._watch)
