"""A unit of work: one transaction that collects facts, debts and wake-ups and writes them with the state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.debts import Converge, Deliver, Priority, home, page_copy
from bot.core.facts import Fact
from bot.core.ids import PageId, UserId
from bot.store import debts as debt_store
from bot.store import homes, messages, timeline


@dataclass
class Tx:
    """An open write transaction. `now` is product time, `real` is real time; both stay fixed for its length."""

    conn: AsyncConnection
    now: datetime
    real: datetime
    facts: list[Fact] = field(default_factory=list)
    delivers: list[Deliver] = field(default_factory=list)
    converges: dict[str, Converge] = field(default_factory=dict)
    touched: dict[PageId, float] = field(default_factory=dict)
    homes: set[UserId] = field(default_factory=set)
    wakes: dict[str, datetime | None] = field(default_factory=dict)
    recorded: list[Fact] = field(default_factory=list)
    """The facts that are written; whoever hears of the commit reads them here."""
    pages_owed: int = 0
    """How many messages that go before everything else are owed; whoever sends may claim them before the commit."""
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def then(self, work: Callable[[], None]) -> None:
        """Call `work` right after the commit, and not when there is none; it must be quick and must not raise."""
        self.afterwards.append(work)

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

    def touch(self, page: PageId, after: float = 0.0) -> None:
        """Every copy of the page is edited to its present state, at the latest `after` real seconds from the commit."""
        self.touched[page] = min(after, self.touched.get(page, after))

    def touch_homes(self, *users: UserId) -> None:
        """The App Homes of these people follow, where somebody may be looking."""
        self.homes.update(users)

    def wake(self, duty: str, at: datetime | None = None) -> None:
        """Tell the engine after the commit that `duty` has work at `at` (None: now)."""
        if duty not in self.wakes:
            self.wakes[duty] = at
            return
        known = self.wakes[duty]
        if known is not None:
            self.wakes[duty] = None if at is None else min(known, at)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A savepoint: when the block raises, what it wrote and collected is as if it had not been."""
        before = replace(
            self,
            facts=list(self.facts),
            delivers=list(self.delivers),
            converges=dict(self.converges),
            touched=dict(self.touched),
            homes=set(self.homes),
            recorded=list(self.recorded),
        )
        try:
            async with self.conn.begin_nested():
                yield
                await self.flush()
        except BaseException:  # the edge of the savepoint: nothing is swallowed
            self.facts, self.delivers, self.recorded = before.facts, before.delivers, before.recorded
            self.converges, self.touched, self.homes = before.converges, before.touched, before.homes
            self.pages_owed = before.pages_owed
            raise

    async def flush(self) -> None:
        if self.touched:
            for message, page in await messages.of_pages(self.conn, self.touched):
                self.owe(page_copy(message, self.touched[page]))
        if self.homes:
            self.owe(*map(home, await homes.followed(self.conn, self.homes, self.real)))
        if self.facts:
            await timeline.append(self.conn, self.facts)
            self.recorded += self.facts
        if self.delivers or self.converges:
            await debt_store.owe(self.conn, self.delivers, list(self.converges.values()), self.real)
            self._wake_deliver()
        self.facts, self.delivers, self.converges, self.touched, self.homes = [], [], {}, {}, set()

    def _wake_deliver(self) -> None:
        """For what is flushed: pages are claimed or woken for by whoever commits."""
        pages = sum(debt.priority is Priority.PAGE for debt in self.delivers)
        self.pages_owed += pages
        if pages < len(self.delivers):
            self.wake("deliver")
        elif self.converges:
            after = min(debt.after for debt in self.converges.values())
            self.wake("deliver", self.real + timedelta(seconds=after) if after else None)
