"""Outside calendars are read, in the same way as other debts are paid."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.clock import Clock
from bot.core.calendar import AHEAD, BACK, CalendarId
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, Failed, Outcome, Sent, Withdrawn
from bot.ingest.calendar import BadCalendar, events
from bot.outgoing import Fetched, Outgoing, OutgoingProblem
from bot.queries import calendars as queries
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import calendars

NOT_MODIFIED = 304


class CalendarSender:
    """Asks for one calendar; `settle` takes what it says. One that fails is asked again at its next time."""

    def __init__(
        self, db: Database, outgoing: Outgoing, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._outgoing = outgoing
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        async with self._db.read() as conn:
            asked = await queries.to_read(conn, self._catalogue(), CalendarId(debt.payload["calendar"]))
        if asked is None:
            return Withdrawn("the calendar is read no more")
        headers = {"Accept": "text/calendar"} | ({"If-None-Match": asked.etag} if asked.etag else {})
        try:
            answer = await self._outgoing.fetch(asked.url, headers=headers)
        except OutgoingProblem as problem:
            return Failed(str(problem))
        if answer.status == NOT_MODIFIED:
            return Sent({"same": True})
        return await self._read(answer, asked.time_zone)

    async def _read(self, answer: Fetched, zone: str) -> Outcome:
        if not answer.ok:
            return Failed(f"The address answered {answer.status}.")
        now = self._clock.now()
        try:
            # In a thread: a large calendar takes a second to lay out.
            found = await asyncio.to_thread(events, answer.body, now - BACK, now + AHEAD, zone)
        except BadCalendar as problem:
            return Failed(str(problem))
        return Sent({"events": found, "etag": answer.headers.get("ETag", "")})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        number = CalendarId(debt.payload["calendar"])
        match outcome:
            case Sent(remote) if "events" in remote:
                await calendars.take(tx, self._catalogue(), number, remote["events"], remote["etag"])
            case Sent():
                await calendars.same(tx, number)
            case Failed(reason):
                await calendars.failed(tx, self._catalogue(), number, reason)
