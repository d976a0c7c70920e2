"""The HTTP server: its ports, its errors, its end."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bot.errors import CannotStart
from bot.web.server import PortTaken, Server


async def hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


ROUTES = [web.get("/hello", hello)]


async def test_a_taken_port_is_one_clear_sentence() -> None:
    first = Server("127.0.0.1", {0: ROUTES})
    await first.start()
    port = first.ports[0]
    second = Server("127.0.0.1", {port: ROUTES})
    with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is taken .* TOCSIN_HTTP_PORT"):
        await second.start()
    await second.stop()
    await first.stop()


async def test_an_address_of_another_machine_is_said_to_be_so() -> None:
    server = Server("192.0.2.1", {0: ROUTES})  # RFC 5737: an address that is nobody's
    with pytest.raises(CannotStart, match="TOCSIN_HTTP_HOST") as problem:
        await server.start()
    assert not isinstance(problem.value, PortTaken)
    await server.stop()


async def test_metrics_may_have_a_port_of_their_own() -> None:
    own = Server("127.0.0.1", {0: ROUTES})
    await own.start()
    port = own.ports[0]
    await own.stop()
    both = Server("127.0.0.1", {port: ROUTES, 0: [web.get("/metrics", hello)]})
    await both.start()
    async with aiohttp.ClientSession() as session:
        first, second = (f"http://127.0.0.1:{port}" for port in both.ports)
        statuses = [
            await status_of(session, url)
            for url in (f"{first}/hello", f"{first}/metrics", f"{second}/hello", f"{second}/metrics")
        ]
    await both.stop()
    assert statuses == [200, 404, 404, 200]


async def status_of(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(url) as response:
        return response.status


async def test_what_is_being_answered_at_the_end_is_answered() -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        began.set()
        await go_on.wait()
        return web.Response(text="done")

    server = Server("127.0.0.1", {0: [web.get("/slow", slow)]})
    await server.start()
    async with aiohttp.ClientSession() as session:
        asked = asyncio.create_task(status_of(session, f"http://127.0.0.1:{server.ports[0]}/slow"))
        await asyncio.wait_for(began.wait(), 60)
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        go_on.set()
        assert await asked == 200
        await stopping


async def test_an_unknown_place_is_a_404_that_says_where_alerts_go() -> None:
    server = Server("127.0.0.1", {0: ROUTES})
    await server.start()
    url = f"http://127.0.0.1:{server.ports[0]}/admin"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 404
        assert "/v1/alerts/" in (await response.json())["error"]
        assert "Server" not in response.headers
    await server.stop()
