"""People's Do Not Disturb is read from Slack, some dozens at once."""

from __future__ import annotations

import structlog

from bot.core.debts import Debt, Failed, Outcome, Sent
from bot.core.ids import UserId
from bot.core.quiet_hours import quiet_of
from bot.slack.gateway import Gateway, Refused
from bot.store.uow import Tx
from bot.usecases import reachability

log = structlog.get_logger(__name__)


class QuietHoursSender:
    """Asks for all of the debt's people in one call."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def send(self, debt: Debt) -> Outcome:
        try:
            answer = await self._gateway.call("dnd.teamInfo", users=",".join(debt.payload["users"]))
        except Refused as problem:
            return Failed(problem.error)
        told = answer.get("users") or {}
        return Sent({"quiet": [quiet_of(UserId(user), status) for user, status in told.items()]})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent(remote):
                await reachability.told(tx, remote["quiet"])
            case Failed(reason):
                log.info("Slack does not tell of quiet hours", reason=reason)
