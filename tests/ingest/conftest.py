"""The intake as senders meet it: a real server on a free port, a real journal in a real database."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select
from yarl import URL

from bot.core.catalogue import Catalogue
from bot.ingest.http import Intake
from bot.ingest.journal import Journal
from bot.store.database import Database
from bot.store.tables import JournalRow
from bot.web.server import Server
from tests.company import company


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: Any


@dataclass
class Door:
    """A sender's side of the intake."""

    url: str
    session: aiohttp.ClientSession
    journal: Journal
    database: Database
    catalogue: Catalogue

    async def send(
        self, body: Any = b"", *, to: str = "demo-generic", method: str = "POST", **headers: str
    ) -> Reply:
        """Ask `/v1/alerts/<to>`; `to` is sent as it stands, percent signs and all."""
        url = URL(f"{self.url}/v1/alerts/{to}", encoded=True)
        asked = self.session.request(
            method, url, data=body, headers=headers, skip_auto_headers=["User-Agent"]
        )
        async with asked as response:
            return Reply(response.status, await response.json(), response.headers)

    async def kept(self) -> int:
        """How many bodies are in the journal."""
        async with self.database.read() as conn:
            return int((await conn.execute(select(func.count()).select_from(JournalRow))).scalar_one())


def with_tokens() -> Catalogue:
    """The company whose integrations' tokens are their ids."""
    catalogue = company()
    known = {
        name: replace(one, token_hash=hashlib.sha256(name.encode()).hexdigest())
        for name, one in catalogue.integrations.items()
    }
    return replace(catalogue, integrations=known)


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    """Few places to wait in, so that they can be filled: four, two for one integration."""
    async for opened in _open(database, limit=4):
        yield opened


@pytest.fixture
async def wide_door(database: Database) -> AsyncIterator[Door]:
    """As many places as in production."""
    async for opened in _open(database, limit=10_000):
        yield opened


async def _open(database: Database, *, limit: int) -> AsyncIterator[Door]:
    catalogue = with_tokens()
    journal = Journal(database, on_commit=lambda: None, limit=limit)
    intake = Intake(lambda: catalogue, journal)
    server = Server("127.0.0.1", {0: intake.routes()}, intake)
    await journal.start()
    await server.start()
    async with aiohttp.ClientSession() as session:
        yield Door(f"http://127.0.0.1:{server.ports[0]}", session, journal, database, catalogue)
    await server.stop()
    await journal.stop()
