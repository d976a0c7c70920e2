"""Messages about a test of being woken follow what came of it: the shift's beginning that offered it, and the test."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, Failed, Outcome, Sent, Withdrawn
from bot.engine.senders.incident_messages import GONE
from bot.queries import shift_notices as queries
from bot.slack.gateway import Gateway, Refused
from bot.slack.render import shift_notices as render
from bot.slack.render.message import Message
from bot.store import messages, reach_tests
from bot.store.database import Database
from bot.store.messages import SlackMessage
from bot.store.uow import Tx
from bot.usecases.reachability import OFFERED, TEST


class ReachTestCopySender:
    """Edits one message."""

    def __init__(
        self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        found = await self._read(int(debt.payload["message"]))
        if found is None:
            return Withdrawn("what it tells of is gone")
        copy, shown = found
        try:
            await self._gateway.call(
                "chat.update",
                channel=copy.channel,
                ts=copy.ts,
                text=shown.text,
                blocks=list(shown.blocks),
            )
        except Refused as problem:
            return Failed(problem.error)
        return Sent()

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Failed(reason) if reason in GONE:
                await messages.forget(tx.conn, int(debt.payload["message"]))

    async def _read(self, message: int) -> tuple[SlackMessage, Message] | None:
        """The message, and what it is to show."""
        async with self._db.read() as conn:
            copy = await messages.load(conn, message)
            if copy is None:
                return None
            if copy.role == TEST:
                test = await reach_tests.load(conn, int(copy.subject.rpartition(":")[2]))
                return (
                    (copy, render.test_heard(test.sent_at, test.seen_at)) if test and test.seen_at else None
                )
            data = json.loads(copy.role.removeprefix(OFFERED))
            told = await queries.told(conn, self._catalogue(), data, self._clock.now())
        return (copy, render.notice(told)) if told else None
