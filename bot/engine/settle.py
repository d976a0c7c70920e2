"""Group commit of outcomes: sends that end while a transaction is being written share the next one.

One transaction a send made everybody who writes wait behind up to `IN_FLIGHT` of them: accepted alerts and clicks too.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta

import structlog

from bot.core.debts import (
    BEHIND_THE_SCENES,
    Debt,
    DebtKind,
    Failed,
    Outcome,
    Retry,
    Sent,
    Withdrawn,
    backoff,
)
from bot.core.frozen import dataclass
from bot.crashpoints import point
from bot.engine.senders import Impatient, Sender
from bot.errors import DatabaseBusy
from bot.log_context import about
from bot.store import debts
from bot.store.database import Database
from bot.store.uow import Tx

log = structlog.get_logger(__name__)

SETTLE_AGAIN_AFTER = 0.2
"""Real seconds between tries to write down what came of a send while the database cannot be written."""
MOST_IN_ONE_COMMIT = 16
"""Enough to share the commit; few, so that others who write need not wait long."""


ClaimNext = Callable[[Tx, Collection[Debt]], Awaitable[None]]
"""Claims, in the transaction that settles these debts, what was waiting for them."""


@dataclass(frozen=True)
class _Waiting:
    debt: Debt
    outcome: Outcome
    written: asyncio.Future[None]


class Settlement:
    """Writes down what came of sends. Whoever comes while nobody writes, writes for all who come meanwhile."""

    def __init__(self, db: Database, senders: Mapping[DebtKind, Sender], claim_next: ClaimNext) -> None:
        self._db = db
        self._senders = senders
        self._claim_next = claim_next
        self._waiting: deque[_Waiting] = deque()
        self._writing = False
        self.settled: Counter[tuple[str, str]] = Counter()
        """Since the start, by kind and outcome: sent, retry, failed, withdrawn."""

    async def settle(self, debt: Debt, outcome: Outcome) -> None:
        """Return when the outcome is durable; a database that is away is waited for.

        Raises what settling this one raised; it harms no other.
        """
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(debt, outcome, written))
        if not self._writing:
            await self._write_all()
        await written

    async def _write_all(self) -> None:
        self._writing = True
        try:
            while self._waiting:
                count = min(len(self._waiting), MOST_IN_ONE_COMMIT)
                await self._write([self._waiting.popleft() for _ in range(count)])
        finally:
            self._writing = False

    async def _write(self, batch: list[_Waiting]) -> None:
        while True:
            try:
                await self._commit(batch)
            except DatabaseBusy as error:
                keys = [waiting.debt.key for waiting in batch]
                log.warning("the outcome of a send cannot be saved yet", debts=keys, error=str(error))
                await asyncio.sleep(SETTLE_AGAIN_AFTER)
            except Exception as error:  # the edge of one outcome: what is wrong with it stays with it
                if len(batch) == 1:
                    _end(batch, error)
                else:
                    for waiting in batch:
                        await self._write([waiting])
                return
            else:
                _end(batch, None)
                return

    async def _commit(self, batch: list[_Waiting]) -> None:
        async with self._db.write() as tx:
            for waiting in batch:
                with about(*waiting.debt.subject):
                    await self._settle(tx, waiting.debt, waiting.outcome)
            await self._claim_next(tx, [waiting.debt for waiting in batch])
        if any(waiting.debt.kind not in BEHIND_THE_SCENES for waiting in batch):
            point("after-settle")
        for waiting in batch:
            outcome = type(waiting.outcome).__name__.lower()
            self.settled[waiting.debt.kind.value, outcome] += 1
            with about(*waiting.debt.subject):
                log.debug("a debt was settled", debt=waiting.debt.key, outcome=outcome)

    async def _settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                await debts.settle_sent(tx.conn, debt, tx.real)
            case Retry():
                after = outcome.after if outcome.after is not None else backoff(debt.tries + 1, debt.kind)
                due_at = tx.real + timedelta(seconds=after)
                await debts.settle_retry(tx.conn, debt, due_at, outcome.reason, certain=outcome.certain)
                tx.wake("deliver", due_at)
            case Failed():
                await debts.settle_over(tx.conn, debt, "failed", outcome.reason, tx.real)
            case Withdrawn():
                await debts.settle_over(tx.conn, debt, "canceled", outcome.reason, tx.real)
        sender = self._senders[debt.kind]
        if not isinstance(outcome, Retry):
            await sender.settle(tx, debt, outcome)
        elif isinstance(sender, Impatient):
            await sender.put_off(tx, debt, outcome)


def _end(batch: list[_Waiting], problem: Exception | None) -> None:
    for waiting in batch:
        if waiting.written.done():
            continue
        if problem is None:
            waiting.written.set_result(None)
        else:
            waiting.written.set_exception(problem)
