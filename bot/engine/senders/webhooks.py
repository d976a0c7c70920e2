"""A page reaches a program: a configured webhook that a policy names as a target."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.contact import MethodKind, Outgoing
from bot.core.debts import Debt, Outcome, Withdrawn
from bot.core.ids import NotificationId, PageId
from bot.engine.senders.methods import Carriers
from bot.queries import pages as page_queries
from bot.store import directory
from bot.store.database import Database
from bot.store.uow import Tx
from bot.templates import outgoing
from bot.usecases import attempts


class WebhookSender:
    """Posts a page as it is when it is sent, as a channel would see it; `settle` writes what came of it."""

    def __init__(
        self, db: Database, carriers: Carriers, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._carriers = carriers
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        page, number = PageId(debt.payload["page"]), NotificationId(debt.payload["notification"])
        async with self._db.read() as conn:
            view = await page_queries.card(conn, self._catalogue(), page, number, self._clock.now())
            if view is None:
                return Withdrawn("the page is gone")
            known = await directory.known(conn, sorted(view.paged))
        names = {str(user): person.real_name or person.name for user, person in known.items()}
        message = Outgoing(
            key=debt.key,
            to=debt.payload["webhook"],
            subject=outgoing.subject(view, names, UTC),
            text=outgoing.text(view, names, UTC, ""),
            thread=f"page:{page}",
            page=page,
            data=outgoing.data(view, ""),
        )
        return await self._carriers.send(MethodKind.WEBHOOK, message)

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        await attempts.settle(tx, self._catalogue(), NotificationId(debt.payload["notification"]), outcome)
