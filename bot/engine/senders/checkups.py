"""What `tocsin doctor` finds, looked for once for all who are told of it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.checkup import Company
from bot.links import Links
from bot.queries import checkup
from bot.store.database import Database

HOLDS = timedelta(minutes=1)
"""On Monday at nine all owners are told; a look costs some 30 ms in a company of 300, in which no page goes out."""


class Checkups:
    """The last look at the company."""

    def __init__(self, db: Database, catalogue: Callable[[], Catalogue], clock: Clock, links: Links) -> None:
        self._db = db
        self._catalogue = catalogue
        self._clock = clock
        self._links = links
        self._last: Company | None = None
        self._looking = asyncio.Lock()

    async def company(self) -> Company:
        """As it is, or was less than `HOLDS` ago."""
        async with self._looking:
            now, catalogue, last = self._clock.now(), self._catalogue(), self._last
            if last is None or last.catalogue is not catalogue or not last.now <= now < last.now + HOLDS:
                async with self._db.read() as conn:
                    last = await checkup.company(conn, catalogue, now, public_url=self._links.are_on)
                self._last = last
            return last
