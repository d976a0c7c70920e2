"""Cover and swaps reach people: the question in each DM, and the edits that keep it true. Quiet hours are read."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, DebtKind, Failed, Outcome, Sent, Withdrawn, on_call_question_copy
from bot.core.ids import UserId
from bot.engine.senders import Sender
from bot.engine.senders.incident_messages import GONE, post
from bot.engine.senders.quiet_hours import QuietHoursSender
from bot.engine.senders.reach_tests import ReachTestCopySender
from bot.queries import on_call_questions as queries
from bot.slack.gateway import Gateway, Refused
from bot.slack.render import on_call_questions as render
from bot.store import messages
from bot.store.database import Database
from bot.store.uow import Tx

log = structlog.get_logger(__name__)

ROLE = "reader:"
"""A copy's role is this with whom it is for."""


class QuestionSender:
    """Asks one person, once; `settle` remembers where."""

    def __init__(self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        user = UserId(debt.payload["user"])
        async with self._db.read() as conn:
            view = await queries.question(conn, self._catalogue(), debt.payload["subject"], user)
        if view is None:
            return Withdrawn("what it asks about is gone")
        try:
            channel = await self._gateway.direct(user)
            ts = await post(self._gateway, debt, channel, render.question(view))
        except Refused as problem:
            return Failed(problem.error)
        return Sent({"channel": channel, "ts": ts, "version": view.version})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent(remote):
                subject, role = debt.payload["subject"], f"{ROLE}{debt.payload['user']}"
                where = remote["channel"], remote["ts"]
                await messages.add(tx.conn, subject, role, *where, remote["version"], tx.real)
                message = await messages.at_place(tx.conn, *where)
                if message is not None:  # it may have been settled while the question was on its way
                    tx.owe(on_call_question_copy(message.id))
            case Failed(reason):
                log.error("a question about on-call could not be asked", key=debt.key, reason=reason)


class QuestionCopySender:
    """Edits one copy to the present state."""

    def __init__(self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        async with self._db.read() as conn:
            copy = await messages.load(conn, int(debt.payload["message"]))
            if copy is None:
                return Withdrawn("the message is gone")
            reader = UserId(copy.role.removeprefix(ROLE))
            view = await queries.question(conn, self._catalogue(), copy.subject, reader)
        if view is None or view.version == copy.version:
            return Withdrawn("it shows the present state")
        shown = render.question(view)
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
        return Sent({"message": copy.id, "version": view.version})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent(remote):
                await messages.shows(tx.conn, remote["message"], remote["version"])
            case Failed(reason) if reason in GONE:
                await messages.forget(tx.conn, int(debt.payload["message"]))


def on_call_senders(
    db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
) -> dict[DebtKind, Sender]:
    return {
        DebtKind.ON_CALL_QUESTION: QuestionSender(db, gateway, catalogue),
        DebtKind.ON_CALL_QUESTION_COPY: QuestionCopySender(db, gateway, catalogue),
        DebtKind.QUIET_HOURS: QuietHoursSender(gateway),
        DebtKind.REACH_TEST_COPY: ReachTestCopySender(db, gateway, catalogue, clock),
    }
