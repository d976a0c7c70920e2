"""Copies on one PostgreSQL see that one of them is gone, and take over what it was sending before its leases end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.core.debts import DebtKind, Deliver, Priority
from bot.engine.takeover import GONE_FOR_SECONDS, TakeOver
from bot.store import debts, presence
from bot.store.database import Database
from bot.store.wakeups import WakeUps
from tests.e2e.world import eventually

PATIENCE_SECONDS = 20.0
GONE_FOR = timedelta(seconds=GONE_FOR_SECONDS)
OTHER, ME = "the other copy", "this copy"


class Ears:
    """The other copy's connection."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def open(self) -> None:
        self.wakeups = WakeUps(self.db.write_engine, lambda _duty, _at: None, OTHER)
        await self.wakeups.start()
        await asyncio.wait_for(self.wakeups.listening.wait(), PATIENCE_SECONDS)

    async def close(self) -> None:
        """Returns when PostgreSQL has freed what the connection held."""
        await self.wakeups.stop()
        await eventually(self._is_gone, "its lock is free")

    async def _is_gone(self) -> bool:
        async with self.db.read() as conn:
            return OTHER in await presence.gone(conn, [OTHER])


@pytest.fixture
async def db(postgres_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """With one debt that the other copy is sending."""
    database = Database(postgres_url, clock)
    async with database.write() as tx:
        tx.owe(Deliver("a", DebtKind.NOTICE, "lane", {}, Priority.PAGE))
    async with database.write() as tx:
        assert (await debts.claim(tx.conn, OTHER, tx.real, 10)).debts
    yield database
    await database.close()


@pytest.fixture
async def other(db: Database) -> AsyncIterator[Ears]:
    """The other copy is there."""
    ears = Ears(db)
    await ears.open()
    yield ears
    await ears.wakeups.stop()


async def in_doubt(db: Database) -> list[str]:
    """What this copy can claim, and knows that it may have been sent."""
    async with db.write() as tx:
        claimed = (await debts.claim(tx.conn, ME, tx.real, 10)).debts
    return [debt.key for debt in claimed if debt.sent_from is not None]


async def test_a_copy_that_is_there_keeps_its_leases(db: Database, other: Ears, clock: ManualClock) -> None:
    duty = TakeOver(db, ME)
    for _ in range(5):
        assert await duty.due() is None
        clock.forward(seconds=GONE_FOR_SECONDS)
        await duty.run()
    assert await in_doubt(db) == []


async def test_what_a_copy_that_is_gone_was_sending_is_in_doubt_after_three_seconds(
    db: Database, other: Ears, clock: ManualClock
) -> None:
    await other.close()
    duty = TakeOver(db, ME)
    assert await duty.due() == clock.real() + GONE_FOR
    clock.forward(seconds=GONE_FOR_SECONDS - 0.1)
    await duty.run()
    assert await in_doubt(db) == []
    clock.forward(seconds=0.1)
    await duty.run()
    assert await duty.due() is None, "nothing is left to take over"
    assert await in_doubt(db) == ["a"]


async def test_a_copy_that_comes_back_in_time_keeps_its_leases(
    db: Database, other: Ears, clock: ManualClock
) -> None:
    await other.close()
    duty = TakeOver(db, ME)
    await duty.due()
    clock.forward(seconds=GONE_FOR_SECONDS)
    await other.open()
    await duty.run()
    assert await duty.due() is None
    assert await in_doubt(db) == []


async def test_one_that_goes_again_is_waited_for_anew(db: Database, other: Ears, clock: ManualClock) -> None:
    await other.close()
    duty = TakeOver(db, ME)
    await duty.due()
    await other.open()
    clock.forward(seconds=GONE_FOR_SECONDS)
    assert await duty.due() is None
    await other.close()
    assert await duty.due() == clock.real() + GONE_FOR


async def test_its_own_sends_a_copy_does_not_take_over(db: Database, clock: ManualClock) -> None:
    duty = TakeOver(db, OTHER)
    clock.forward(seconds=GONE_FOR_SECONDS)
    assert await duty.due() is None
