"""Alerts posted plainly are answered as aiohttp answers them, whatever else comes on the same connection."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.http import Answer, response
from bot.web import alert_connection
from bot.web.alert_connection import plain_post
from bot.web.server import Server

HEAD = b"POST /v1/alerts/demo-generic HTTP/1.1\r\nHost: tocsin.example\r\n"
BODY = b'{"title": "Disk full"}'


def post(body: bytes = BODY, *headers: bytes, head: bytes = HEAD) -> bytes:
    """A plain post, with more headers."""
    more = b"".join(one + b"\r\n" for one in headers)
    return head + b"Content-Length: %d\r\n" % len(body) + more + b"\r\n" + body


@dataclass
class Kept:
    """Takes every alert, when `go_on` is set, and says what it got."""

    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    size: int = 0
    breaks: bool = False

    async def take(self, token: str, body: bytes) -> Answer:
        self.began.set()
        await self.go_on.wait()
        if self.breaks:
            raise RuntimeError("our bug")
        self.bodies.append((token, body))
        kept = {"token": token, "body": body.decode("latin-1"), "more": "x" * self.size}
        return Answer(202, json.dumps(kept).encode(), {"X-Kept": "yes"})

    async def post(self, request: web.Request) -> web.Response:
        return response(await self.take(request.match_info["token"], await request.read()))

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1/alerts/{token}", self.post), web.get("/hello", self.hello)]

    async def hello(self, _request: web.Request) -> web.Response:
        return web.Response(text="hello")


@dataclass
class Sender:
    """One connection, spoken by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def hears(self) -> tuple[bytes, bytes]:
        """The head and the body of the next answer."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return head, await self.reader.readexactly(int(length[1]) if length else 0)


@asynccontextmanager
async def served(kept: Kept, *, plainly: bool = True) -> AsyncIterator[Server]:
    server = Server("127.0.0.1", {0: kept.routes()}, kept if plainly else None)
    await server.start()
    try:
        yield server
    finally:
        kept.go_on.set()
        await server.stop()


@asynccontextmanager
async def sender(server: Server) -> AsyncIterator[Sender]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[0])
    try:
        yield Sender(reader, writer)
    finally:
        writer.close()


@pytest.fixture
async def kept() -> Kept:
    ready = Kept()
    ready.go_on.set()
    return ready


ODD = {
    "another method": post(head=HEAD.replace(b"POST", b"PUT")),
    "another path": post(head=HEAD.replace(b"/v1/", b"/v2/")),
    "a query": post(head=HEAD.replace(b"generic", b"generic?x=1")),
    "an encoded token": post(head=HEAD.replace(b"generic", b"%67eneric")),
    "a longer path": post(head=HEAD.replace(b"generic", b"generic/more")),
    "no token": post(head=HEAD.replace(b"demo-generic", b"")),
    "a whole address": post(head=HEAD.replace(b"/v1/", b"http://tocsin.example/v1/")),
    "an old version": post(head=HEAD.replace(b"1.1", b"1.0")),
    "no host": post(head=HEAD.replace(b"Host: tocsin.example\r\n", b"")),
    "two hosts": post(BODY, b"Host: other.example"),
    "two lengths": post(BODY, b"Content-Length: 22"),
    "a length that is a list": HEAD + b"Content-Length: 22, 22\r\n\r\n" + BODY,
    "a signed length": HEAD + b"Content-Length: +22\r\n\r\n" + BODY,
    "no length": HEAD + b"\r\n",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n16\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunks and a length": post(BODY, b"Transfer-Encoding: chunked"),
    "an encoding": post(BODY, b"Content-Encoding: gzip"),
    "an expectation": post(BODY, b"Expect: 100-continue"),
    "an upgrade": post(BODY, b"Connection: upgrade", b"Upgrade: h2c"),
    "an end of the connection": post(BODY, b"Connection: close"),
    "a folded header": post(BODY, b"X-Long: one\r\n two"),
    "a space before a colon": post(BODY, b"X-Odd : one"),
    "a control character": post(BODY, b"X-Odd: \x01"),
    "a character beyond ASCII": post(BODY, b"X-Odd: \xe9"),
    "a bare line feed": post(BODY, b"X-Odd: one\nX-Two: two"),
    "a long head": post(BODY, b"X-Long: " + b"x" * 5_000),
    "a long body": post(b"x" * (alert_connection.LARGEST + 1)),
    "half a head": HEAD[:30],
    "half a body": post()[:-1],
    "more behind it": post() + post(),
    "nothing": b"",
}


@pytest.mark.parametrize("said", ODD.values(), ids=ODD.keys())
def test_whatever_is_not_one_plain_post_is_left_to_aiohttp(said: bytes) -> None:
    assert plain_post(said) is None


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: application/json; charset=utf-8",
        b"Connection: keep-alive",
        b"connection:Keep-Alive",
        b"User-Agent: Alertmanager/0.25.0",
        b"X-Forwarded-For: 192.0.2.1",
        b"X-Content-Length: 5",
        b"Empty:",
    ],
)
def test_what_nearly_every_sender_writes_is_plain(header: bytes) -> None:
    assert plain_post(post(BODY, header)) == ("demo-generic", BODY)


@given(st.binary(max_size=400))
def test_a_plain_post_has_its_body_whole(body: bytes) -> None:
    assert plain_post(post(body)) == ("demo-generic", body)


@given(st.binary(max_size=60))
def test_a_head_with_anything_in_it_is_plain_only_when_it_is_the_same_for_aiohttp(noise: bytes) -> None:
    found = plain_post(post(BODY, b"X-Noise: " + noise))
    assert found is None or (found == ("demo-generic", BODY) and noise.isascii() and b"\n\r" not in noise)


ANSWERED = [
    name
    for name in ODD
    if name
    not in ("half a head", "half a body", "nothing", "an upgrade", "more behind it", "chunks and a length")
]


@pytest.mark.parametrize("name", ANSWERED)
async def test_what_is_left_to_aiohttp_is_answered_as_by_aiohttp_alone(kept: Kept, name: str) -> None:
    heard = []
    for plainly in (False, True):
        async with served(kept, plainly=plainly) as server, sender(server) as one:
            await one.says(ODD[name])
            heard.append(without_date(await one.hears()))
    assert heard[0] == heard[1]


async def test_a_plain_post_is_answered_as_by_aiohttp_alone(kept: Kept) -> None:
    heard = []
    for plainly in (False, True):
        async with served(kept, plainly=plainly) as server, sender(server) as one:
            await one.says(post())
            head, body = without_date(await one.hears())
            heard.append((sorted(head.splitlines()), body))
    assert heard[0] == heard[1]
    assert kept.bodies == [("demo-generic", BODY)] * 2


def without_date(answer: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    head, body = answer
    told, count = re.subn(rb"Date: [^\r]+GMT\r\n", b"", head)
    assert count <= 1
    return told, body


@pytest.mark.parametrize("at", range(1, len(post()), 7))
async def test_a_post_in_two_pieces_is_kept_once(kept: Kept, at: int) -> None:
    async with served(kept) as server, sender(server) as one:
        await one.says(post()[:at])
        await asyncio.sleep(0.01)  # the pieces may arrive as one anyway, which is the other case
        await one.says(post()[at:])
        assert b" 202 " in (await one.hears())[0]
    assert kept.bodies == [("demo-generic", BODY)]


async def test_a_connection_serves_many_posts_and_then_anything_else(kept: Kept) -> None:
    async with served(kept) as server, sender(server) as one:
        for number in range(3):
            await one.says(post(b'{"title": "%d"}' % number))
            assert b" 202 " in (await one.hears())[0]
        await one.says(b"GET /hello HTTP/1.1\r\nHost: tocsin.example\r\n\r\n")
        assert (await one.hears())[1] == b"hello"
        await one.says(post(b"last"))
        assert b" 202 " in (await one.hears())[0]
    assert [body for _, body in kept.bodies] == [
        b'{"title": "0"}',
        b'{"title": "1"}',
        b'{"title": "2"}',
        b"last",
    ]


async def test_posts_that_come_before_the_answer_are_answered_after_it_in_their_order() -> None:
    kept = Kept()
    async with served(kept) as server, sender(server) as one:
        await one.says(post(b"one"))
        await asyncio.wait_for(kept.began.wait(), 60)
        await one.says(post(b"two"), post(b"three"))
        kept.go_on.set()
        heard = [json.loads((await one.hears())[1])["body"] for _ in range(3)]
    assert heard == ["one", "two", "three"]


async def test_our_bug_is_a_500_and_the_next_post_is_served(kept: Kept) -> None:
    async with served(kept) as server, sender(server) as one:
        kept.breaks = True
        await one.says(post())
        head, body = await one.hears()
        assert (head.split()[1], json.loads(body)["error"]) == (
            b"500",
            "Something went wrong on our side; send it again.",
        )
        kept.breaks = False
        await one.says(post())
        assert b" 202 " in (await one.hears())[0]


async def test_a_sender_that_leaves_before_the_answer_has_its_alert_kept() -> None:
    kept = Kept()
    async with served(kept) as server:
        async with sender(server) as one:
            await one.says(post())
            await asyncio.wait_for(kept.began.wait(), 60)
        kept.go_on.set()
        await until(lambda: kept.bodies == [("demo-generic", BODY)])


async def test_a_sender_that_only_has_this_to_say_hears_the_answer() -> None:
    kept = Kept()
    async with served(kept) as server, sender(server) as one:
        await one.says(post())
        await asyncio.wait_for(kept.began.wait(), 60)
        one.writer.write_eof()
        await asyncio.sleep(0.01)
        kept.go_on.set()
        assert b" 202 " in (await one.hears())[0]
        assert await one.reader.read() == b""


async def test_answers_that_nobody_reads_are_not_made_without_end(kept: Kept) -> None:
    kept.size = 8_000_000
    async with served(kept) as server, sender(server) as one:
        await one.says(post(b"one"))
        await until(lambda: len(kept.bodies) == 1)
        for _ in range(3):
            await one.says(post(b"more"))
            await asyncio.sleep(0.01)
        assert len(kept.bodies) == 1
        for _ in range(2):
            await one.hears()
        await until(lambda: len(kept.bodies) > 1)


async def test_the_end_answers_what_is_being_answered_and_closes_the_others() -> None:
    kept = Kept()
    async with served(kept) as server, sender(server) as busy, sender(server) as idle:
        await busy.says(post())
        await asyncio.wait_for(kept.began.wait(), 60)
        stopping = asyncio.create_task(server.stop())
        assert await idle.reader.read() == b""
        kept.go_on.set()
        head, _ = await busy.hears()
        assert b" 202 " in head
        assert b"Connection: close" in head
        await stopping


async def test_a_connection_that_asks_nothing_is_closed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_connection, "IDLE_SECONDS", 0.05)
    async with served(kept) as server, sender(server) as one:
        await one.says(post())
        await one.hears()
        assert await asyncio.wait_for(one.reader.read(), 60) == b""


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
