"""A unit of work: one transaction that collects facts, debts and wake-ups and writes them with the state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.debts import Converge, Deliver
from bot.core.facts import Fact
from bot.store import debts as debt_store
from bot.store import timeline


@dataclass
class Tx:
    """An open write transaction. `now` is product time, `real` is real time; both stay fixed for its length."""

    conn: AsyncConnection
    now: datetime
    real: datetime
    facts: list[Fact] = field(default_factory=list)
    delivers: list[Deliver] = field(default_factory=list)
    converges: dict[str, Converge] = field(default_factory=dict)
    wakes: dict[str, datetime | None] = field(default_factory=dict)

    def record(self, *facts: Fact) -> None:
        """Append to the timeline when the transaction commits."""
        self.facts.extend(facts)

    def owe(self, *debts: Deliver | Converge) -> None:
        """Owe something to the outside from the commit on; a converge is coalesced by its key."""
        for debt in debts:
            if isinstance(debt, Deliver):
                self.delivers.append(debt)
            else:
                self.converges[debt.key] = debt

    def wake(self, duty: str, at: datetime | None = None) -> None:
        """Tell the engine after the commit that `duty` has work at `at` (None: now)."""
        if duty not in self.wakes:
            self.wakes[duty] = at
            return
        known = self.wakes[duty]
        if known is not None:
            self.wakes[duty] = None if at is None else min(known, at)

    async def flush(self) -> None:
        """Write what was collected; once, right before the commit. Listeners of the commit still see it."""
        if self.facts:
            await timeline.append(self.conn, self.facts)
        if self.delivers or self.converges:
            await debt_store.owe(self.conn, self.delivers, list(self.converges.values()), self.real)
            self.wake("deliver")
