"""In a storm: several pages reach a person in one message."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, Outcome, Sent, Withdrawn
from bot.core.ids import NotificationId, UserId
from bot.engine.senders.incident_messages import post
from bot.queries import pages as page_queries
from bot.slack.gateway import Gateway
from bot.slack.render import page as render
from bot.store import storms
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import attempts


class DigestSender:
    """Sends what still waits when it is sent; `settle` writes the outcome of each notification in it."""

    def __init__(
        self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        numbers = [NotificationId(number) for number in debt.payload["notifications"]]
        async with self._db.read() as conn:
            waiting = await storms.still_waiting(conn, numbers)
            views = [
                await page_queries.card(conn, self._catalogue(), page, note, self._clock.now())
                for note, page in waiting
            ]
        shown = [view for view in views if view is not None]
        if not shown:
            return Withdrawn("somebody has them all by now")
        channel = await self._gateway.direct(UserId(debt.payload["user"]))
        ts = await post(self._gateway, debt, channel, render.digest(shown))
        return Sent({"ts": ts, "notifications": [note for note, _ in waiting]})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        told = outcome.remote["notifications"] if isinstance(outcome, Sent) else debt.payload["notifications"]
        waiting = {note for note, _ in await storms.still_waiting(tx.conn, debt.payload["notifications"])}
        for number in told:
            if isinstance(outcome, Sent) or number in waiting:
                await attempts.settle(tx, self._catalogue(), NotificationId(number), _each(outcome))


def _each(outcome: Outcome) -> Outcome:
    """What came of one of them: it left, by Slack."""
    return Sent() if isinstance(outcome, Sent) else outcome
