"""The App Home of one person, published whole."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, Failed, Outcome, Retry, Sent
from bot.core.ids import UserId
from bot.queries import home
from bot.slack.gateway import Gateway, Refused
from bot.slack.render.home import home as render
from bot.slack.render.home import refused
from bot.store.database import Database
from bot.store.uow import Tx

Problems = Callable[[], Awaitable[Sequence[str]]]
"""What is wrong with Tocsin itself, a sentence each."""


async def _none() -> Sequence[str]:
    return ()


class HomeSender:
    """Shows what is on a person now; a Home that shows the same as before is not published again."""

    def __init__(
        self,
        db: Database,
        gateway: Gateway,
        catalogue: Callable[[], Catalogue],
        clock: Clock,
        problems: Problems = _none,
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue
        self._clock = clock
        self._problems = problems
        self._published: dict[UserId, bytes] = {}
        """Digests. They are trusted where there is one copy of Tocsin alone: another one may have published since."""

    async def send(self, debt: Debt) -> Outcome:
        user = UserId(debt.payload["user"])
        problems = await self._problems()
        async with self._db.read() as conn:
            now, real = self._clock.now(), self._clock.real()
            refusal = await home.refusal(conn, user)
            view = (
                refused(refusal)
                if refusal
                else render(await home.home(conn, self._catalogue(), user, now, real, problems))
            )
        digest = _digest(view)
        if self._db.is_sqlite and not debt.payload.get("opened") and self._published.get(user) == digest:
            return Sent()
        self._published.pop(user, None)
        try:
            await self._gateway.call("views.publish", user_id=user, view=view)
        except Refused as problem:
            if problem.error == "hash_conflict":
                return Retry(problem.error)
            return Failed(problem.error)
        self._published[user] = digest
        return Sent()

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        """Nothing follows: the Home is published again with the next change."""


def _digest(view: dict[str, Any]) -> bytes:
    return hashlib.sha256(orjson.dumps(view, option=orjson.OPT_SORT_KEYS)).digest()
