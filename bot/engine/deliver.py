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
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.core.debts import (
    BEHIND_THE_SCENES,
    BESIDE_SLACK,
    Debt,
    DebtKind,
    Failed,
    Outcome,
    Priority,
    Retry,
    Sent,
    Withdrawn,
)
from bot.core.frozen import dataclass
from bot.crashpoints import point
from bot.engine.pace import Pace
from bot.engine.senders import Sender
from bot.engine.settle import Settlement
from bot.log_context import from_here_on
from bot.slack.gateway import RateLimited, Refused, Unavailable
from bot.store import debts, pages
from bot.store.database import Database
from bot.store.uow import Tx

log = structlog.get_logger(__name__)

IN_FLIGHT = 64
"""How many sends may be on their way at once."""
KEPT_FOR_PAGES = 16
"""Of these; so that a page need not wait until sends that hang give up."""
A_SECOND = 1_000_000
"""Of microseconds."""
SEND_WITHIN_SECONDS = 15.0
"""Shorter than a lease: nobody else takes a debt over while it is being sent."""


@dataclass(frozen=True)
class _Send:
    """One debt on its way."""

    kind: DebtKind
    task: asyncio.Task[None]


class Outbox:
    """The deliver duty: `run` claims what is due and starts sends; each send settles itself."""

    def __init__(self, db: Database, senders: Mapping[DebtKind, Sender]) -> None:
        self._db = db
        self._senders = senders
        self._settlement = Settlement(db, senders, self.claim_next)
        self._sends: dict[int, _Send] = {}
        self._pace = Pace(db.clock)
        self._held = False
        self._away = False
        """Whether Slack was away when something was sent last."""
        self._stopping = False
        self._claims = 0
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    async def run(self) -> None:
        """Claim as much as there is room for and start sending it."""
        if self._room()[0] > 0:
            async with self._db.write() as tx:
                await self._claim(tx)

    async def claim_pages(self, tx: Tx) -> None:
        """Claim the pages that this transaction owes: they go out after its commit, and wait for no other.

        What else it owes, and what finds no room, is the duty's.
        """
        claimed = await self._claim(tx, down_to=Priority.PAGE)
        if claimed < tx.pages_owed:
            tx.wake("deliver")

    async def claim_next(self, tx: Tx, settled: Collection[Debt]) -> None:
        """Claim what has its turn now that these are settled in this transaction."""
        await self._claim(tx, settled={debt.id for debt in settled})

    def hold(self) -> None:
        """Send nothing before `release`: it is not known yet whose workspace the tokens are of."""
        self._held = True

    def release(self) -> None:
        """Send what is owed from now on; whoever calls wakes the duty."""
        self._held = False

    async def due(self) -> datetime | None:
        """The earliest real instant with something to claim; None while there is no room for more.

        What is overdue is due now, and each claim makes that another instant, also when the clock stands still: so many
        debts of one instant are progress, not a spin.
        """
        room, down_to = self._room()
        if room <= 0:
            return None
        without = [kind for kind, left in self._pace.room(self._kinds(self._sends)).items() if left == 0]
        async with self._db.read() as conn:
            at = await debts.next_due(conn, list(self._sends), down_to, without)
        instants = [one for one in (at, self._pace.resumes_at()) if one is not None]
        now = self._db.clock.real()
        if not instants or min(instants) > now:
            return min(instants, default=None)
        return now - timedelta(microseconds=self._claims)

    async def take_over(self) -> None:
        """At the start of the only copy: whoever was sending is dead, so its sends are in doubt at once."""
        async with self._db.write() as tx:
            count = await debts.take_over_leases(tx.conn, tx.real)
        if count:
            log.info("sends in doubt after a crash", count=count)

    async def stop(self, timeout: float) -> None:
        """Let what is being sent finish; what does not is in doubt and looked up after the next start."""
        self._stopping = True
        sends = [send.task for send in self._sends.values()]
        if sends:
            await asyncio.wait(sends, timeout=timeout)
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

    async def _claim(self, tx: Tx, *, down_to: Priority = debts.LOWEST, settled: Collection[int] = ()) -> int:
        """Claim what there is room for, and begin it when the transaction is committed; answers how many."""
        in_hand = [number for number in self._sends if number not in settled]
        room, lowest = self._room(len(in_hand))
        if room <= 0:
            return 0
        most = self._pace.room(self._kinds(in_hand))
        claimed = await debts.claim(tx.conn, self.owner, tx.real, room, in_hand, min(lowest, down_to), most)
        if claimed.debts:
            self._claims = (self._claims + 1) % A_SECOND
        tx.then(lambda: self._begin(claimed.debts))
        if claimed.more:
            tx.wake("deliver")
        return len(claimed.debts)

    def _room(self, in_hand: int | None = None) -> tuple[int, Priority]:
        """How many sends may begin now, and down to which urgency."""
        if self._stopping or self._held:
            return 0, debts.LOWEST
        room = IN_FLIGHT - (len(self._sends) if in_hand is None else in_hand)
        if room > KEPT_FOR_PAGES:
            return room - KEPT_FOR_PAGES, debts.LOWEST
        return room, Priority.PAGE

    def _kinds(self, numbers: Iterable[int]) -> list[DebtKind]:
        return [self._sends[number].kind for number in numbers]

    def _begin(self, claimed: Sequence[Debt]) -> None:
        """Each send in its own task; after the commit of the claim."""
        if any(debt.kind not in BEHIND_THE_SCENES for debt in claimed):
            point("after-claim")
        for debt in claimed:
            task = asyncio.create_task(self._pay(debt), name=f"send {debt.key}")
            self._sends[debt.id] = _Send(debt.kind, task)

    async def _pay(self, debt: Debt) -> None:
        from_here_on(*debt.subject)
        try:
            outcome = await self._send(debt)
            _point("after-send", debt)
            await self._settlement.settle(debt, outcome)
            if debt.kind not in BESIDE_SLACK:
                await self._note(outcome)
        except Exception:  # the edge of one send's task: the lease brings the debt back
            log.exception("a send broke", debt=debt.key)
        finally:
            self._forget(debt.id)

    def _forget(self, number: int) -> None:
        """A converge that was wanted again meanwhile may be on its way again already."""
        send = self._sends.get(number)
        if send is not None and send.task is asyncio.current_task():
            del self._sends[number]

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
            return await pages.generation(conn, debt.page) != debt.generation


def _point(name: str, debt: Debt) -> None:
    """A crash point is about what people are told."""
    if debt.kind not in BEHIND_THE_SCENES:
        point(name)
