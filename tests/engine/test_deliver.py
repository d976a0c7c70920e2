"""Debts are paid once, in order, urgent first; what is in doubt says so; what is withdrawn is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.core.debts import (
    Converge,
    Debt,
    DebtKind,
    Deliver,
    Failed,
    Outcome,
    Priority,
    Retry,
    Sent,
    Withdrawn,
    page_copy,
)
from bot.core.ids import TOCSIN
from bot.engine.deliver import IN_FLIGHT, Outbox
from bot.engine.pace import AT_ONCE
from bot.slack.gateway import RateLimited, Unavailable
from bot.store import debts as debt_store
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from tests.company import ANA, CHECKOUT, SEV1, company


class Receiver:
    """The outside: keeps what it was sent, answers as the test says."""

    def __init__(self, answer: Callable[[Debt], Outcome] = lambda _: Sent()) -> None:
        self.answer = answer
        self.sent: list[Debt] = []
        self.settled: list[tuple[str, Outcome]] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def send(self, debt: Debt) -> Outcome:
        self.sent.append(debt)
        await self.hold.wait()
        return self.answer(debt)

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        self.settled.append((debt.key, outcome))

    @property
    def keys(self) -> list[str]:
        return [debt.key for debt in self.sent]


def outbox(db: Database, receiver: Receiver) -> Outbox:
    return Outbox(db, {kind: receiver for kind in DebtKind})


def deliver(key: str, lane: str = "", priority: Priority = Priority.PAGE) -> Deliver:
    return Deliver(key, DebtKind.NOTICE, lane or key, {}, priority)


async def owe(db: Database, *owed: Deliver | Converge) -> None:
    async with db.write() as tx:
        tx.owe(*owed)


async def pay(box: Outbox, rounds: int = 1) -> None:
    """Run the duty and let what it started finish."""
    for _ in range(rounds):
        await box.run()
        while box._sends:
            await asyncio.gather(*(send.task for send in box._sends.values()))


async def states(db: Database) -> dict[str, str]:
    async with db.read() as conn:
        rows = await conn.execute(text("SELECT key, state FROM debt ORDER BY id"))
        return {row.key: row.state for row in rows}


async def test_a_debt_is_paid_once(database: Database) -> None:
    receiver = Receiver()
    await owe(database, deliver("a"), deliver("a"))
    await pay(outbox(database, receiver), 3)
    assert receiver.keys == ["a"]
    assert await states(database) == {"a": "sent"}


async def test_the_most_urgent_go_first(database: Database) -> None:
    receiver = Receiver()
    await owe(
        database,
        deliver("home", priority=Priority.HOME),
        deliver("page"),
        deliver("b", priority=Priority.NOTICE),
    )
    await pay(outbox(database, receiver))
    assert receiver.keys == ["page", "b", "home"]


async def test_a_lane_keeps_its_order_while_its_head_is_retried(
    database: Database, clock: ManualClock
) -> None:
    answers: dict[str, Sequence[Outcome]] = {"first": [Retry("busy"), Sent()]}
    tries: dict[str, int] = {}

    def answer(debt: Debt) -> Outcome:
        tries[debt.key] = tries.get(debt.key, 0) + 1
        return answers.get(debt.key, [Sent(), Sent()])[tries[debt.key] - 1]

    receiver = Receiver(answer)
    box = outbox(database, receiver)
    await owe(database, deliver("first", "dm:U7"), deliver("second", "dm:U7"), deliver("other", "dm:U8"))
    await pay(box, 3)
    assert receiver.keys == ["first", "other"]
    clock.forward(seconds=2)
    await pay(box, 2)
    assert receiver.keys == ["first", "other", "first", "second"]


async def test_one_slow_send_delays_nobody(database: Database) -> None:
    receiver = Receiver()
    receiver.hold.clear()
    box = outbox(database, receiver)
    await owe(database, deliver("slow"))
    await box.run()
    await owe(database, deliver("next"))
    await box.run()
    assert box.in_flight == 2
    receiver.hold.set()
    await pay(box)
    assert await states(database) == {"slow": "sent", "next": "sent"}


async def test_there_is_room_for_so_many_at_once(database: Database) -> None:
    receiver = Receiver()
    receiver.hold.clear()
    box = outbox(database, receiver)
    await owe(database, *(deliver(f"d{n}") for n in range(IN_FLIGHT + 5)))
    await box.run()
    await box.run()
    assert box.in_flight == IN_FLIGHT
    assert await box.due() is None
    receiver.hold.set()
    await pay(box, 2)
    assert set((await states(database)).values()) == {"sent"}


async def test_a_run_that_claims_is_progress_whatever_came_due_meanwhile(
    database: Database, clock: ManualClock
) -> None:
    """Else the engine takes the third such run within one instant for a spin, and holds the duty back."""
    receiver = Receiver()
    receiver.hold.clear()
    box = outbox(database, receiver)
    await owe(database, deliver("first"))
    seen = [await box.due()]
    for number in range(3):
        await box.run()
        await owe(database, deliver(f"meanwhile {number}"))
        seen.append(await box.due())
    assert len(set(seen)) == 4
    assert all(at is not None and clock.real() - timedelta(seconds=1) < at <= clock.real() for at in seen)
    assert await box.due() == seen[-1], "where nothing is claimed nothing has moved"
    await box.stop(timeout=0)


async def test_a_refusal_is_final_and_a_limit_waits_as_told(database: Database, clock: ManualClock) -> None:
    def answer(debt: Debt) -> Outcome:
        if debt.key == "refused":
            return Failed("user_disabled")
        raise RateLimited("chat.postMessage", 30)

    receiver = Receiver(answer)
    box = outbox(database, receiver)
    await owe(database, deliver("refused"), deliver("limited"))
    await pay(box, 2)
    assert await states(database) == {"refused": "failed", "limited": "new"}
    assert await box.due() == clock.real() + timedelta(seconds=30)


async def test_a_limit_that_one_edit_meets_holds_for_all_edits(
    database: Database, clock: ManualClock
) -> None:
    def answer(_debt: Debt) -> Outcome:
        raise RateLimited("chat.update", 30)

    receiver = Receiver(answer)
    box = outbox(database, receiver)
    await owe(database, *(page_copy(number) for number in range(2 * IN_FLIGHT)), deliver("notice"))
    await pay(box)
    tried = len(receiver.sent)
    assert tried <= IN_FLIGHT
    await pay(box)
    assert {debt.kind for debt in receiver.sent[tried:]} <= {DebtKind.NOTICE}
    clock.forward(seconds=31)
    await pay(box)
    assert DebtKind.PAGE_COPY in {debt.kind for debt in receiver.sent[tried + 1 :]}


async def test_a_lost_answer_is_looked_up_and_a_certain_failure_is_not(
    database: Database, clock: ManualClock
) -> None:
    certain = {"lost": False, "never-left": True}

    def answer(debt: Debt) -> Outcome:
        if debt.tries:
            return Sent()
        raise Unavailable("chat.postMessage", "gone", certain=certain[debt.key])

    receiver = Receiver(answer)
    box = outbox(database, receiver)
    await owe(database, deliver("lost"), deliver("never-left"))
    await pay(box)
    clock.forward(minutes=1)
    await pay(box)
    in_doubt = {debt.key: debt.sent_from is not None for debt in receiver.sent[2:]}
    assert in_doubt == {"lost": True, "never-left": False}


async def test_what_a_dead_process_was_sending_is_in_doubt_after_a_start(database: Database) -> None:
    await owe(database, deliver("a"))
    async with database.write() as tx:
        await debt_store.claim(tx.conn, "the-dead", tx.real, 10)
    receiver = Receiver()
    box = outbox(database, receiver)
    await pay(box)
    assert receiver.keys == [], "its lease still holds"
    await box.take_over()
    await pay(box)
    assert [debt.sent_from is not None for debt in receiver.sent] == [True]


async def test_a_converge_wanted_again_while_it_is_sent_is_sent_once_more(database: Database) -> None:
    receiver = Receiver()
    receiver.hold.clear()
    box = outbox(database, receiver)
    card = Converge("card", DebtKind.INCIDENT_CARD, "card")
    await owe(database, card)
    await box.run()
    for _ in range(3):
        await owe(database, card)
    receiver.hold.set()
    await pay(box, 3)
    assert receiver.keys == ["card", "card"]
    await owe(database, card)
    await pay(box, 2)
    assert receiver.keys == ["card", "card", "card"]


async def test_a_hurried_change_overtakes_one_that_may_wait(database: Database) -> None:
    receiver = Receiver()
    box = outbox(database, receiver)
    await owe(database, Converge("copy", DebtKind.PAGE_COPY, "copy", after=60))
    await pay(box)
    assert receiver.keys == []
    await owe(database, Converge("copy", DebtKind.PAGE_COPY, "copy"))
    await pay(box)
    assert receiver.keys == ["copy"]


async def test_no_send_starts_after_an_acknowledgment_was_recorded(database: Database) -> None:
    async with database.write() as tx:
        page = await paging.begin(tx, company(), service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN)
    async with database.write() as tx:
        claimed = (await debt_store.claim(tx.conn, "us", tx.real, 10)).debts
    await paging.acknowledge(database, company(), page.id, ANA)
    receiver = Receiver()
    box = outbox(database, receiver)
    for debt in claimed:
        if debt.kind is DebtKind.PAGE_DM:
            await box._pay(debt)
    assert receiver.sent == []
    assert [type(outcome) for _, outcome in receiver.settled] == [Withdrawn]


async def test_what_may_have_gone_out_is_looked_up_although_somebody_took_the_page(
    database: Database,
) -> None:
    async with database.write() as tx:
        page = await paging.begin(tx, company(), service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN)
    async with database.write() as tx:
        for debt in (await debt_store.claim(tx.conn, "us", tx.real, 10)).debts:
            await debt_store.settle_retry(tx.conn, debt, tx.real, "the answer was lost", certain=False)
    await paging.acknowledge(database, company(), page.id, ANA)
    receiver = Receiver()
    await pay(outbox(database, receiver))
    (looked_up,) = (debt for debt in receiver.sent if debt.kind is DebtKind.PAGE_DM)
    assert looked_up.sent_from is not None, "a message that is there must be known to be corrected"


async def test_a_sender_that_breaks_loses_nothing(database: Database, clock: ManualClock) -> None:
    def broken(debt: Debt) -> Outcome:
        raise ZeroDivisionError

    receiver = Receiver(broken)
    box = outbox(database, receiver)
    await owe(database, deliver("a"))
    await pay(box)
    assert await states(database) == {"a": "new"}
    receiver.answer = lambda _: Sent()
    clock.forward(minutes=1)
    await pay(box)
    assert await states(database) == {"a": "sent"}


async def test_edits_go_one_by_one_after_a_limit_until_slack_takes_them_again(
    database: Database, clock: ManualClock
) -> None:
    limited = True
    at_once: list[int] = []

    def answer(_debt: Debt) -> Outcome:
        if limited:
            raise RateLimited("chat.update", 2)
        at_once.append(box.in_flight)
        return Sent()

    receiver = Receiver(answer)
    box = outbox(database, receiver)
    await owe(database, *(page_copy(number) for number in range(20)))
    await pay(box)
    assert len(receiver.sent) == AT_ONCE
    assert await box.due() == clock.real() + timedelta(seconds=2), "that is when Slack takes the next"
    clock.forward(seconds=2)
    await pay(box)
    assert len(receiver.sent) == AT_ONCE + 1, "the others wait for what Slack says to this one"
    limited = False
    clock.forward(seconds=2)
    await pay(box)
    assert set((await states(database)).values()) == {"sent"}
    assert max(at_once) == 1


async def test_a_page_is_claimed_in_the_transaction_that_owes_it(database: Database) -> None:
    receiver = Receiver()
    box = outbox(database, receiver)
    database.before_commit_of_pages(box.claim_pages)
    await owe(database, deliver("page"), deliver("notice", priority=Priority.NOTICE))
    assert await states(database) == {"page": "sending", "notice": "new"}
    await asyncio.gather(*(send.task for send in box._sends.values()))
    assert receiver.keys[0] == "page"


async def test_a_page_whose_transaction_fails_is_not_sent(database: Database) -> None:
    receiver = Receiver()
    box = outbox(database, receiver)

    async def claim_and_break(tx: Tx) -> None:
        await box.claim_pages(tx)
        raise ZeroDivisionError

    database.before_commit_of_pages(claim_and_break)
    with pytest.raises(ZeroDivisionError):
        await owe(database, deliver("page"))
    await pay(box)
    assert receiver.keys == []


async def test_whoever_is_settled_lets_the_next_of_its_lane_go(database: Database) -> None:
    receiver = Receiver()
    box = outbox(database, receiver)
    await owe(database, *(deliver(f"d{number}", "dm:U7") for number in range(3)))
    await pay(box)
    assert receiver.keys == ["d0", "d1", "d2"], "no look at the whole outbox is needed between them"
