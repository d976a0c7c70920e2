"""How each kind of debt is paid.

To add one: name it in `bot.core.debts.DebtKind`; write a class here with `send` (talks to the outside, writes nothing)
and `settle` (writes what came of it, in the settling transaction); register it in `bot.app`. A `send` whose debt has
`sent_from` looks first whether an earlier attempt went through. The gateway's `RateLimited` and `Unavailable` may pass
through `send`: the outbox turns them into retries; `Refused` must be decided by the sender.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from bot.core.debts import Debt, Outcome, Retry
from bot.store.uow import Tx


class Sender(Protocol):
    """Pays one kind of debt."""

    async def send(self, debt: Debt) -> Outcome:
        """Talk to the outside; safe to repeat as far as the outside lets us see."""
        ...

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        """Write what follows from the outcome (not called for retries)."""
        ...


@runtime_checkable
class Impatient(Protocol):
    """A sender that does something else while a send is put off."""

    async def put_off(self, tx: Tx, debt: Debt, retry: Retry) -> None:
        """Write what follows from a send that will be tried again, in the transaction that says so."""
        ...
