"""The App Home of one person, published whole."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, Failed, Outcome, Retry, Sent
from bot.core.ids import UserId
from bot.queries import home
from bot.slack.gateway import Gateway, Refused
from bot.slack.render.home import home as render
from bot.store.database import Database
from bot.store.uow import Tx


class HomeSender:
    """Shows what is on a person now."""

    def __init__(
        self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        user = UserId(debt.payload["user"])
        async with self._db.read() as conn:
            view = await home.home(conn, self._catalogue(), user, self._clock.now(), self._clock.real())
        try:
            await self._gateway.call("views.publish", user_id=user, view=render(view))
        except Refused as problem:
            if problem.error == "hash_conflict":
                return Retry(problem.error)
            return Failed(problem.error)
        return Sent()

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        """Nothing follows: the Home is published again with the next change."""
