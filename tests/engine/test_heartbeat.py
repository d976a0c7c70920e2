"""The sign of life: given after a clean audit, kept back while a problem stands, harmless when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.engine.duties import Audit
from bot.engine.heartbeat import Heartbeat
from bot.outgoing import Outgoing
from bot.store.database import Database
from bot.store.journal import NewEntry, append
from bot.web.server import Server


@dataclass
class Watcher:
    """Somebody outside who expects a ping."""

    port: int = 0
    heard: int = 0
    status: int = 200

    async def ping(self, _request: web.Request) -> web.Response:
        self.heard += 1
        return web.Response(status=self.status)

    def heartbeat(self, *, allow_private: bool = True) -> Heartbeat:
        return Heartbeat(f"http://127.0.0.1:{self.port}/ping/1", Outgoing(allow_private=allow_private))


@pytest.fixture
async def watcher() -> AsyncIterator[Watcher]:
    watcher = Watcher()
    server = Server("127.0.0.1", {0: [web.get("/ping/1", watcher.ping)]})
    await server.start()
    watcher.port = server.ports[0]
    yield watcher
    await server.stop()


async def test_each_clean_audit_gives_the_sign(
    database: Database, clock: ManualClock, watcher: Watcher
) -> None:
    audit = Audit(database, watcher.heartbeat())
    await audit.run()
    clock.forward(seconds=30)
    await audit.run()
    assert watcher.heard == 2
    assert audit.clean_at == clock.real()


async def test_no_sign_is_given_while_a_problem_stands(
    database: Database, clock: ManualClock, watcher: Watcher
) -> None:
    audit = Audit(database, watcher.heartbeat())
    began = clock.real()
    await audit.run()
    async with database.write() as tx:
        await append(tx.conn, [NewEntry("demo-generic", "http", b"{}")], tx.now)
    clock.forward(minutes=2)
    await audit.run()
    assert (watcher.heard, audit.clean_at) == (1, began)


async def test_a_watcher_that_fails_is_told_of_once_until_it_works_again(
    database: Database, watcher: Watcher
) -> None:
    heartbeat = watcher.heartbeat()
    audit = Audit(database, heartbeat)
    with capture_logs() as lines:
        for status in (500, 302, 200, 500):
            watcher.status = status
            await audit.run()
    assert [line["event"] for line in lines] == [
        "the heartbeat cannot be sent; it is tried again with each audit",
        "the heartbeat is sent again",
        "the heartbeat cannot be sent; it is tried again with each audit",
    ]
    assert heartbeat.pings == {"failed": 3, "answered": 1}


async def test_a_watcher_in_a_private_network_needs_the_operators_word(
    database: Database, watcher: Watcher
) -> None:
    heartbeat = watcher.heartbeat(allow_private=False)
    with capture_logs() as lines:
        await Audit(database, heartbeat).run()
    assert (watcher.heard, heartbeat.pings["failed"]) == (0, 1)
    assert "TOCSIN_ALLOW_PRIVATE_URLS" in lines[0]["problem"]
    assert "/ping/1" not in str(lines)
