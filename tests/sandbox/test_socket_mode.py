"""The sockets: several of them, refresh, loss, silence, redelivery and doubles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import socket_mode
from bot.sandbox.server import Running
from tests.sandbox.acting import Bot, Hands, until


async def test_a_ticket_opens_one_socket_that_says_hello(sandbox: Running) -> None:
    client = AsyncWebClient(base_url=sandbox.api_url)
    url = str((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        async with http.get(url) as again:
            assert again.status == 401


async def test_two_connections_take_turns(connect: Callable[[], Awaitable[Bot]], hands: Hands) -> None:
    one, two = await connect(), await connect()
    for n in range(4):
        await hands.do("post", "ana", at="#alerts", text=str(n))
    await until(lambda: len(one.heard("message")) == len(two.heard("message")) == 2)
    texts = [event["text"] for event in one.heard("message") + two.heard("message")]
    assert sorted(texts) == ["0", "1", "2", "3"]


@pytest.mark.parametrize("fault", ["refresh", "warning", "close"])
async def test_after_losing_its_socket_the_bot_is_back_and_hears(
    bot: Bot, hands: Hands, sandbox: Running, fault: str
) -> None:
    sockets = sandbox.sandbox.sockets
    before = set(sockets._connections)
    await hands.fault(socket=fault)
    await until(lambda: sockets.count == 1 and not before & set(sockets._connections))
    await hands.do("post", "ana", at="#alerts", text="still there?")
    await until(lambda: bot.heard("message", text="still there?"))


async def test_an_event_that_nobody_acknowledges_comes_again_with_the_same_id(
    sandbox: Running, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_mode, "ACK_TIMEOUT", 0.3)
    client = AsyncWebClient(base_url=sandbox.api_url)
    url = str((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.receive_json()
        await hands.do("post", "ana", at="#alerts", text="hear me")
        first, second = await socket.receive_json(), await socket.receive_json()
        await socket.send_json({"envelope_id": second["envelope_id"]})
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_an_acknowledgement_may_come_over_another_socket(sandbox: Running, hands: Hands) -> None:
    client = AsyncWebClient(base_url=sandbox.api_url)

    async def url() -> str:
        return str((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])

    async with aiohttp.ClientSession() as http, http.ws_connect(await url()) as one:
        await one.receive_json()

        async def answer_from_another() -> None:
            envelope = await one.receive_json()
            async with http.ws_connect(await url()) as two:
                await two.send_json(
                    {"envelope_id": envelope["envelope_id"], "payload": {"text": "over there"}}
                )
                await two.receive()

        answering = asyncio.create_task(answer_from_another())
        answer = await hands.do("command", "ana", at="#general", text="/oncall")
        await answering
    assert answer["reply"]["plain"] == "over there"


async def test_a_silent_socket_swallows_commands_until_the_bot_notices(
    bot: Bot, hands: Hands, sandbox: Running
) -> None:
    @bot.app.command("/oncall")
    async def on_call(ack: Any) -> None:
        await ack("here")

    await hands.fault(socket="silent")
    lost = await hands.do("command", "ana", at="#general", text="/oncall")
    assert (lost["acked"], lost["error"]) == (False, "operation_timeout")
    # slack_sdk gives a socket up after four pings without an answer, a second apart here.
    await until(lambda: any(not each.silent for each in sandbox.sandbox.sockets._connections))
    assert (await hands.do("command", "ana", at="#general", text="/oncall"))["reply"]["plain"] == "here"


async def test_duplicates_come_until_the_fault_is_deleted(bot: Bot, hands: Hands) -> None:
    await hands.fault(socket="duplicate")
    await hands.do("post", "ana", at="#alerts", text="twice")
    await until(lambda: len(bot.heard("message", text="twice")) == 2)
    async with hands.http.delete(f"{hands.url}sandbox/faults") as answer:
        assert answer.status == 200
    await hands.do("post", "ana", at="#alerts", text="once")
    await hands.do("post", "ana", at="#alerts", text="end")
    await until(lambda: bot.heard("message", text="end"))
    assert len(bot.heard("message", text="once")) == 1


async def test_the_eleventh_connection_is_sent_away(sandbox: Running) -> None:
    client = AsyncWebClient(base_url=sandbox.api_url)
    sockets = []
    async with aiohttp.ClientSession() as http:
        for n in range(socket_mode.MOST_CONNECTIONS + 1):
            url = str((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
            sockets.append(await http.ws_connect(url))
            said = await sockets[-1].receive_json()
            assert said.get("num_connections", said.get("reason")) == (
                n + 1 if n < 10 else "too_many_websockets"
            )


async def test_while_a_fault_reorders_them_envelopes_overtake_each_other(
    sandbox: Running, hands: Hands
) -> None:
    client = AsyncWebClient(base_url=sandbox.api_url)
    url = str((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
    await hands.fault(socket="reorder")
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.receive_json()
        for n in range(4):
            await hands.do("post", "ana", at="#alerts", text=str(n))
        envelopes = [await socket.receive_json() for _ in range(4)]
    assert [envelope["payload"]["event"]["text"] for envelope in envelopes] == ["1", "0", "3", "2"]


async def test_an_envelope_that_nothing_overtakes_comes_all_the_same(bot: Bot, hands: Hands) -> None:
    await hands.fault(socket="reorder")
    await hands.do("post", "ana", at="#alerts", text="alone")
    await until(lambda: bot.heard("message", text="alone"))
