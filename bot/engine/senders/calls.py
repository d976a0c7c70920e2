"""A call that need not ring any more is hung up."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.clock import Clock
from bot.core.debts import Debt, Failed, Outcome, Withdrawn
from bot.core.ids import ProviderId
from bot.engine.senders.methods import Carriers
from bot.store.uow import Tx

log = structlog.get_logger(__name__)


class HangUpSender:
    """Ends a call that nobody has answered yet; one that was answered goes on."""

    def __init__(self, carriers: Carriers, clock: Clock) -> None:
        self._carriers = carriers
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        if self._clock.now() > datetime.fromisoformat(debt.payload["until"]):
            return Withdrawn("it has rung out")
        return await self._carriers.hang_up(ProviderId(debt.payload["provider"]), debt.payload["call"])

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        if isinstance(outcome, Failed):
            log.info("a call could not be hung up", key=debt.key, reason=outcome.reason)
