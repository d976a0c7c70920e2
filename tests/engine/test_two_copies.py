"""Two copies with one outbox: a debt is claimed by one, and taken over when that one's lease has ended."""

from __future__ import annotations

import asyncio

import pytest

from bot.clock import ManualClock
from bot.core.debts import DebtKind, Deliver, Priority
from bot.store import debts
from bot.store.database import Database

MANY = 40


@pytest.fixture
async def owed(database: Database) -> Database:
    async with database.write() as tx:
        tx.owe(*(Deliver(f"d{n}", DebtKind.NOTICE, f"lane {n}", {}, Priority.PAGE) for n in range(MANY)))
    return database


async def claim(db: Database, owner: str, limit: int) -> dict[str, bool]:
    """The claimed keys; True for one that may have been sent already."""
    async with db.write() as tx:
        claimed = (await debts.claim(tx.conn, owner, tx.real, limit)).debts
        return {debt.key: debt.sent_from is not None for debt in claimed}


async def test_no_debt_is_claimed_twice(owed: Database) -> None:
    batches = await asyncio.gather(*(claim(owed, f"copy {n % 2}", 7) for n in range(8)))
    keys = [key for batch in batches for key in batch]
    assert len(keys) == len(set(keys)) == MANY


async def test_what_a_dead_copy_was_sending_is_in_doubt_when_its_lease_ends(
    owed: Database, clock: ManualClock
) -> None:
    assert len(await claim(owed, "the dead", MANY)) == MANY
    clock.forward(seconds=debts.LEASE.total_seconds() - 1)
    assert await claim(owed, "the survivor", MANY) == {}
    clock.forward(seconds=1)
    taken = await claim(owed, "the survivor", MANY)
    assert taken == {f"d{n}": True for n in range(MANY)}
    async with owed.read() as conn:
        assert await debts.next_due(conn) == clock.real() + debts.LEASE
