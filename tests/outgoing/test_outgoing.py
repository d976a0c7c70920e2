"""Where URLs of other people may lead, over real HTTP on this machine."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.outgoing import MayNotBeCalled, NoAnswer, Outgoing
from bot.web.server import Server

PRIVATE = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
)


@dataclass
class Outside:
    """A server that counts who asks."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        match request.path:
            case "/moved":
                return web.Response(status=302, headers={"Location": "/secret", "Set-Cookie": "a=b"})
            case "/large":
                return web.Response(body=b"x" * 5_000)
            case "/packed":
                return web.Response(body=gzip.compress(b"x" * 500_000), headers={"Content-Encoding": "gzip"})
            case "/slow":
                await self.go_on.wait()
        return web.Response(text="hello " + (await request.text()))

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    there = Outside()
    server = Server("127.0.0.1", {0: [web.route("*", "/{path:.*}", there.answer)]})
    await server.start()
    there.port = server.ports[0]
    yield there
    there.go_on.set()
    await server.stop()


async def test_what_the_operator_allows_is_asked_and_answers(outside: Outside) -> None:
    answer = await Outgoing(allow_private=True).fetch(outside.url("/hook"), method="POST", body=b"Ana")
    assert (answer.ok, answer.status, answer.body) == (True, 200, b"hello Ana")
    assert outside.asked == ["POST /hook"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433"])
async def test_this_machine_is_not_asked_however_it_is_written(outside: Outside, host: str) -> None:
    with pytest.raises(MayNotBeCalled):
        await Outgoing(allow_private=False).fetch(outside.url("/", host))
    assert outside.asked == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_is_not_asked(address: str) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.215.14", address]

    with pytest.raises(MayNotBeCalled, match=r"^hooks\.example\.com is on this machine"):
        await Outgoing(allow_private=False, resolve=resolve).fetch("https://hooks.example.com/x")


@pytest.mark.parametrize("address", [one for one in PRIVATE if ":" in one])
async def test_a_private_address_in_brackets_is_not_asked(address: str) -> None:
    with pytest.raises(MayNotBeCalled):
        await Outgoing(allow_private=False).fetch(f"http://[{address}]/")


async def test_a_name_that_changes_its_answer_is_asked_where_it_was_looked_at(outside: Outside) -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]]
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    outgoing = Outgoing(allow_private=False, resolve=resolve)
    with pytest.raises(NoAnswer):
        await outgoing.fetch(outside.url("/", "hooks.example.com"), within=0.3)
    assert (asked, outside.asked) == (["hooks.example.com"], [])


async def test_the_connection_goes_to_the_address_that_was_looked_at(outside: Outside) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    outgoing = Outgoing(allow_private=True, resolve=resolve)
    assert (await outgoing.fetch(outside.url("/", "nowhere.example.com"))).ok


async def test_a_redirect_is_an_answer_and_not_followed(outside: Outside) -> None:
    answer = await Outgoing(allow_private=True).fetch(outside.url("/moved"))
    assert (answer.ok, answer.status) == (False, 302)
    assert outside.asked == ["GET /moved"]


@pytest.mark.parametrize("path", ["/large", "/packed"])
async def test_an_answer_that_is_too_large_is_not_read_to_its_end(outside: Outside, path: str) -> None:
    with pytest.raises(NoAnswer, match="more than 4000 bytes"):
        await Outgoing(allow_private=True).fetch(outside.url(path), largest=4_000)


async def test_who_does_not_answer_in_time_is_left(outside: Outside) -> None:
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1 did not answer within 0\.1 s"):
        await Outgoing(allow_private=True).fetch(outside.url("/slow"), within=0.1)


async def test_nobody_there_is_said_without_the_path(outside: Outside) -> None:
    port, outside.port = outside.port, 1
    with pytest.raises(NoAnswer) as problem:
        await Outgoing(allow_private=True).fetch(outside.url("/secret-path"))
    assert "secret-path" not in str(problem.value)
    outside.port = port


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks",
        "file:///etc/passwd",
        "ftp://example.com",
        "http://",
        "http://[::1",
        f"https://{70 * 'x'}.com",
    ],
)
async def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(MayNotBeCalled, match="begins with https://"):
        await Outgoing(allow_private=True).fetch(url)
