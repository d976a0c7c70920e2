"""How many alerts a second are durably accepted over 50 connections, beside what the bare journal can do."""

from __future__ import annotations

import asyncio
import tempfile
import time
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import orjson

from bench.figures import Figure, median
from bench.paging import open_dms
from bench.world import TOKEN, service, world
from bot.clock import SystemClock
from bot.ingest.journal import Journal
from bot.store.database import Database
from bot.store.journal import NewEntry
from bot.store.migrations import migrate

CONNECTIONS = 50
SETTLE_SECONDS = 5.0
"""For what follows from the pages before."""
SECONDS = 4.0
RUNS = 3
CEILING_ENTRIES = 20_000


async def measure() -> list[Figure]:
    accepted = [await _over_http() for _ in range(RUNS)]
    ceiling = median([await _bare_journal() for _ in range(RUNS)])
    return [
        Figure(
            f"alerts durably accepted, {CONNECTIONS} connections",
            median(accepted),
            "/s",
            f"reach 4,000; bare journal in this run {ceiling:,.0f}; OnCall 517/s queued",
        ),
        Figure("bare journal, full batches, no HTTP", ceiling, "/s", "17,800 measured for the design"),
    ]


class _Sender(asyncio.Protocol):
    """One connection that sends the next alert as soon as the last one is accepted; cheap, to leave the bot its CPU."""

    def __init__(self, name: int, host: str, until: float) -> None:
        self.accepted = 0
        self.refused = 0
        self.ended = asyncio.get_running_loop().create_future()
        self._name = name
        self._until = until
        self._head = f"POST /v1/alerts/{TOKEN} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none of asyncio's classes
        self._send()

    def _send(self) -> None:
        count = self.accepted + self.refused
        alert = {
            "dedup_key": f"{self._name}-{count}",
            "title": "Error rate above 5 %",
            "service": service(self._name * 7 + count),
        }
        body = orjson.dumps(alert)
        self._transport.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, found, body = self._seen.partition(b"\r\n\r\n")
        if not found or not body.endswith(b"}"):
            return
        self._seen = b""
        if head.startswith(b"HTTP/1.1 202"):
            self.accepted += 1
        else:
            self.refused += 1
        if time.monotonic() < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _itself(sender: _Sender) -> _Sender:
    return sender


async def _over_http() -> float:
    """Alerts with a 202 a second; the bot folds and pages meanwhile, as it would."""
    async with world() as here:
        await open_dms(here)
        await asyncio.sleep(SETTLE_SECONDS)
        loop = asyncio.get_running_loop()
        address = urlsplit(here.bot.url)
        begun = time.monotonic()
        senders = [_Sender(one, address.netloc, begun + SECONDS) for one in range(CONNECTIONS)]
        for sender in senders:
            await loop.create_connection(partial(_itself, sender), address.hostname or "", address.port or 0)
        await asyncio.gather(*(sender.ended for sender in senders))
        return sum(sender.accepted for sender in senders) / (time.monotonic() - begun)


async def _bare_journal() -> float:
    """Entries a second that wait in full batches, with nothing else going on."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        db = Database(f"sqlite+aiosqlite:///{folder}/bare.db", SystemClock())
        await migrate(db)
        journal = Journal(db, on_commit=lambda: None, limit=4 * CEILING_ENTRIES)
        await journal.start()
        entry = NewEntry("bench", "http", b'{"title":"Error rate above 5 %","service":"service-001"}')
        begun = time.monotonic()
        await asyncio.gather(*(journal.append(entry) for _ in range(CEILING_ENTRIES)))
        took = time.monotonic() - begun
        await journal.stop()
        await db.close()
        return CEILING_ENTRIES / took
