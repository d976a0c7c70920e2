"""What a dead copy on PostgreSQL was sending is in doubt seconds after its connection ended, not when its leases end.

Leases stay what they are for a copy whose connection does not end with it: its machine is gone, or cut off.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.engine.scheduler import Duty
from bot.queries import copies
from bot.store.database import Database
from bot.usecases.copies import take_over

GONE_FOR_SECONDS = 3.0
"""So long must a copy be gone, at every look. A living one whose connection broke is back by then; and what a killed
one had sent with its last breath has reached Slack, where the look-up finds it."""


class TakeOver:
    """The duty `takeover`; the engine's look at each duty's `due` is its look at who is there, at least once a second.

    `me` is the owner of this copy's claims.
    """

    def __init__(self, db: Database, me: str) -> None:
        self._db = db
        self._me = me
        self._gone_since: dict[str, float] = {}

    async def due(self) -> datetime | None:
        """When the first of those who are gone has been gone for long enough."""
        # A look that fails proves nothing: then the wait begins anew.
        before, self._gone_since = self._gone_since, {}
        async with self._db.read() as conn:
            gone = await copies.gone(conn, self._db.clock.real(), self._me)
        now = self._db.clock.monotonic()
        self._gone_since = {copy: before.get(copy, now) for copy in gone}
        if not gone:
            return None
        left = min(self._gone_since.values()) + GONE_FOR_SECONDS - now
        return self._db.clock.real() + timedelta(seconds=max(0.0, left))

    async def run(self) -> None:
        now = self._db.clock.monotonic()
        long_gone = [copy for copy, since in self._gone_since.items() if now - since >= GONE_FOR_SECONDS]
        if long_gone:
            await take_over(self._db, long_gone)

    def duty(self) -> Duty:
        return Duty("takeover", self.run, self.due, "real")
