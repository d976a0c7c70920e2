"""Pay what is owed to the outside: claim, send, settle; two transactions with the send between them.

Each send runs in its own task, so that one slow answer delays nobody. A send whose process died is in doubt when its
lease ends: it is looked up at the receiver before it is sent again. State is exactly once; delivery is at least once,
and doubles are rare because of the look-up.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from bot.core.debts import (
    BEHIND_THE_SCENES,
    Debt,
    DebtKind,
    Failed,
    Outcome,
    Priority,
    Retry,
    Sent,
    Withdrawn,
)
from bot.crashpoints import point
from bot.engine.pace import Pace
from bot.engine.senders import Sender
from bot.engine.settle import Settlement
from bot.log_context import from_here_on
from bot.slack.gateway import RateLimited, Refused, Unavailable
from bot.store import debts, pages
from bot.store.database import Database

log = structlog.get_logger(__name__)

IN_FLIGHT = 64
"""How many sends may be on their way at once."""
KEPT_FOR_PAGES = 16
"""Of these; so that a page need not wait until sends that hang give up."""
SEND_WITHIN_SECONDS = 15.0
"""Shorter than a lease: nobody else takes a debt over while it is being sent."""


class Outbox:
    """The deliver duty: `run` claims what is due and starts sends; each send settles itself."""

    def __init__(self, db: Database, senders: Mapping[DebtKind, Sender]) -> None:
        self._db = db
        self._senders = senders
        self._settlement = Settlement(db, senders)
        self._sends: dict[int, asyncio.Task[None]] = {}
        self._in_hand: dict[int, Debt] = {}
        """What the sends are about, by the same number."""
        self._pace = Pace(db.clock)
        self._held = False
        self._away = False
        """Whether Slack was away when something was sent last."""
        self._stopping = False
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    async def run(self) -> None:
        """Claim as much as there is room for and start sending it."""
        room, down_to = self._room()
        if room <= 0:
            return
        most = self._room_by_kind()
        async with self._db.write() as tx:
            claimed = await debts.claim(tx.conn, self.owner, tx.real, room, list(self._sends), down_to, most)
            if claimed.more:
                tx.wake("deliver")
        self._begin(claimed.debts)

    def hold(self) -> None:
        """Send nothing before `release`: it is not known yet whose workspace the tokens are of."""
        self._held = True

    def release(self) -> None:
        """Send what is owed from now on; whoever calls wakes the duty."""
        self._held = False

    async def due(self) -> datetime | None:
        """The earliest real instant with something to claim; None while there is no room for more.

        What is overdue is due now: each run claims some of it, so many debts of one instant are progress, not a spin.
        """
        room, down_to = self._room()
        if room <= 0:
            return None
        without = [kind for kind, left in self._room_by_kind().items() if left == 0]
        async with self._db.read() as conn:
            at = await debts.next_due(conn, list(self._sends), down_to, without)
        instants = [one for one in (at, self._pace.resumes_at()) if one is not None]
        return max(min(instants), self._db.clock.real()) if instants else None

    async def take_over(self) -> None:
        """At the start of the only copy: whoever was sending is dead, so its sends are in doubt at once."""
        async with self._db.write() as tx:
            count = await debts.take_over_leases(tx.conn, tx.real)
        if count:
            log.info("sends in doubt after a crash", count=count)

    async def stop(self, timeout: float) -> None:
        """Let what is being sent finish; what does not is in doubt and looked up after the next start."""
        self._stopping = True
        if self._sends:
            await asyncio.wait(self._sends.values(), timeout=timeout)
        sends = list(self._sends.values())
        for task in sends:
            task.cancel()
        await asyncio.gather(*sends, return_exceptions=True)

    @property
    def settled(self) -> Mapping[tuple[str, str], int]:
        """How debts were settled since the start, by kind and outcome."""
        return self._settlement.settled

    @property
    def in_flight(self) -> int:
        return len(self._sends)

    def _room(self) -> tuple[int, Priority]:
        """How many sends may begin now, and down to which urgency."""
        if self._stopping or self._held:
            return 0, debts.LOWEST
        room = IN_FLIGHT - len(self._sends)
        if room > KEPT_FOR_PAGES:
            return room - KEPT_FOR_PAGES, debts.LOWEST
        return room, Priority.PAGE

    def _room_by_kind(self) -> dict[DebtKind, int]:
        return self._pace.room([debt.kind for debt in self._in_hand.values()])

    def _begin(self, claimed: Sequence[Debt]) -> None:
        """Each send in its own task; after the commit of the claim."""
        if any(debt.kind not in BEHIND_THE_SCENES for debt in claimed):
            point("after-claim")
        for debt in claimed:
            self._in_hand[debt.id] = debt
            self._sends[debt.id] = asyncio.create_task(self._pay(debt), name=f"send {debt.key}")

    async def _pay(self, debt: Debt) -> None:
        from_here_on(*debt.subject)
        try:
            outcome = await self._send(debt)
            _point("after-send", debt)
            await self._settlement.settle(debt, outcome)
            await self._note(outcome)
        except Exception:  # the edge of one send's task: the lease brings the debt back
            log.exception("a send broke", debt=debt.key)
        finally:
            self._sends.pop(debt.id, None)
            self._in_hand.pop(debt.id, None)

    async def _note(self, outcome: Outcome) -> None:
        """Slack answers again: pages go before everything else, and wait for no next try."""
        if self._away and isinstance(outcome, Sent):
            self._away = False
            async with self._db.write(first=True) as tx:
                if await debts.hurry_pages(tx.conn, tx.real):
                    tx.wake("deliver")

    async def _send(self, debt: Debt) -> Outcome:
        if await self._is_withdrawn(debt):
            return Withdrawn("the page moved on")
        _point("before-send", debt)
        try:
            async with asyncio.timeout(SEND_WITHIN_SECONDS):
                return await self._senders[debt.kind].send(debt)
        except RateLimited as problem:
            self._pace.asked_to_wait(debt.kind, problem.after)
            return Retry(str(problem), after=problem.after)
        except Unavailable as problem:
            self._away = True
            return Retry(problem.reason, certain=problem.certain)
        except Refused as problem:
            return Failed(problem.error)
        except TimeoutError:
            return Retry("it took too long", certain=False)
        except Exception as error:  # the edge of one send: our bug must not lose the debt or stop the others
            log.exception("a sender broke", debt=debt.key)
            return Retry(f"our error: {type(error).__name__}", certain=False)

    async def _is_withdrawn(self, debt: Debt) -> bool:
        """The last look before a send: no send starts after an acknowledgment is recorded.

        What may have gone out already is its sender's to look up first: a message that is there must be corrected.
        """
        if debt.page is None or debt.generation is None or debt.sent_from is not None:
            return False
        async with self._db.read() as conn:
            page = await pages.load(conn, debt.page)
        return page is None or page.generation != debt.generation


def _point(name: str, debt: Debt) -> None:
    """A crash point is about what people are told."""
    if debt.kind not in BEHIND_THE_SCENES:
        point(name)
