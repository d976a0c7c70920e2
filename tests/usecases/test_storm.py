"""In a storm the first page of each service comes at once, and what follows comes together; nothing is lost."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.core.debts import DebtKind
from bot.core.ids import TOCSIN, NotificationId, PageId, ServiceId, UserId
from bot.core.page import Page
from bot.core.storm import BY_ONE_METHOD, DIGEST_AFTER, MANY, TOLD_WITHIN, Message, is_enough, waits
from bot.store import pages, storms
from bot.store.database import Database
from bot.usecases import paging, reaching
from tests.company import ANA, CAROL, CHECKOUT, DATABASE, ERIN, SEARCH, SEV1, company
from tests.owed import owed, pay_all

DEMO = company()
COMPANY = replace(
    DEMO,
    services={
        key: replace(one, policy=DEMO.services[CHECKOUT].policy, team=None)
        for key, one in DEMO.services.items()
    },
)
"""Every service pages Ana first."""


async def begin_many(db: Database, count: int, service: ServiceId = CHECKOUT) -> list[Page]:
    """In one transaction, as alerts that are folded together."""
    async with db.write() as tx:
        return [
            await paging.begin(
                tx, COMPANY, service=service, title="Disk is full", severity=SEV1, by=TOCSIN, group=False
            )
            for _ in range(count)
        ]


async def begin(db: Database, service: ServiceId = CHECKOUT) -> Page:
    return (await begin_many(db, 1, service))[0]


async def states(db: Database, begun: list[Page]) -> Counter[str]:
    found: Counter[str] = Counter()
    async with db.read() as conn:
        for page in begun:
            found.update(note.state for note in await pages.notifications(conn, page.id) if note.user == ANA)
    return found


async def digests(db: Database) -> list[list[NotificationId]]:
    return [one["notifications"] for one in await owed(db, DebtKind.PAGE_DIGEST)]


async def test_five_hundred_pages_in_a_minute_come_as_ten_and_digests(
    database: Database, clock: ManualClock
) -> None:
    begun: list[Page] = []
    for _ in range(20):
        begun += await begin_many(database, 25)
        clock.forward(seconds=2.5)
    assert await states(database, begun) == {"owed": MANY, "planned": 490}
    assert len(await owed(database, DebtKind.PAGE_DM)) == MANY
    news = await begin(database, SEARCH)
    assert len(await owed(database, DebtKind.PAGE_DM)) == MANY + 1, "the first page of a service never waits"
    for page in begun[20:30]:
        await paging.resolve(database, COMPANY, page.id, TOCSIN)
    clock.forward(seconds=60)
    while await reaching.advance_due(database):
        pass
    together = [number for digest in await digests(database) for number in digest]
    assert len(together) == len(set(together)) == 480
    assert await states(database, [*begun, news]) == {"owed": 491, "canceled": 10}
    first = await digests(database)
    await paging.resolve(database, COMPANY, begun[40].id, TOCSIN)
    async with database.read() as conn:
        waiting = await storms.still_waiting(conn, [n for digest in first for n in digest])
    assert begun[40].id not in [page for _, page in waiting] and len(waiting) == 479


@pytest.fixture
async def beside(migrated_file: Path, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    """Another database, to which the same happens in another way."""
    shutil.copyfile(migrated_file, tmp_path / "beside.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/beside.db", clock)
    yield database
    await database.close()


async def told_of(db: Database) -> list[tuple[int, str, str, datetime | None]]:
    """Of each notification its page, whom it is for, its state, and when it is due."""
    async with db.read() as conn:
        begun = await pages.recent(conn)
        notes = [note for page in begun for note in await pages.notifications(conn, page.id)]
    return sorted((note.page, note.addressee, note.state, note.due_at) for note in notes)


async def test_a_batch_that_spans_services_in_a_storm_decides_as_one_after_the_other(
    database: Database, beside: Database, clock: ManualClock
) -> None:
    for db in (database, beside):
        for service in (CHECKOUT, SEARCH, CHECKOUT, DATABASE):
            await begin_many(db, 7, service)
    clock.forward(minutes=3)
    assert await paging.advance_due(database, COMPANY, 100) == 28
    for _ in range(28):
        assert await paging.advance_due(beside, COMPANY, 1) == 1
    assert await told_of(database) == await told_of(beside)
    waiting = Counter(state for _, addressee, state, _ in await told_of(database) if addressee == CAROL)
    assert waiting == {"owed": MANY + 1, "planned": 28 - MANY - 1}, "the first of the last service is news"


async def test_a_digest_is_known_however_many_others_were_told_of_something_since(
    database: Database, clock: ManualClock
) -> None:
    begun = await begin_many(database, MANY + 1)
    told_at = clock.now() + DIGEST_AFTER
    clock.forward(seconds=20)
    since = {
        "page_id": begun[0].id, "generation": 0, "level": 1, "addressee": ERIN, "is_channel": False, "cause": "started",
        "state": "sent", "created_at": clock.now(),
    }  # fmt: skip
    async with database.write() as tx:
        for first in range(0, storms.LOOKED_AT, 500):
            steps = range(first + 2, first + 502)
            await pages.add_notifications(tx.conn, [since | {"step": step} for step in steps])
            if first == 0:
                heard = await storms.told(
                    tx.conn, {(ANA, CHECKOUT), (ANA, SEARCH)}, clock.now() - TOLD_WITHIN
                )
                assert (ANA, CHECKOUT) in heard and (ANA, SEARCH) not in heard, "five hundred others ago"
        assert await storms.digest_at(tx.conn, [ANA, ERIN]) == {ANA: told_at}


async def test_a_single_page_that_waited_comes_by_itself(database: Database, clock: ManualClock) -> None:
    await begin_many(database, MANY + 1)
    await pay_all(database)
    clock.forward(seconds=61)
    assert await reaching.advance_due(database) == 1
    assert await digests(database) == []
    assert [one["user"] for one in await owed(database, DebtKind.PAGE_DM)] == [ANA]


async def test_when_the_storm_is_over_pages_come_at_once_again(
    database: Database, clock: ManualClock
) -> None:
    await begin_many(database, MANY + 3)
    await pay_all(database)
    clock.forward(minutes=2)
    await begin(database)
    assert len(await owed(database, DebtKind.PAGE_DM)) == 1


def test_a_page_without_a_service_is_its_own_subject() -> None:
    user = UserId("UANA")
    by_hand = [Message(user, PageId(number), None) for number in range(30)]
    assert not any(waits(by_hand, {user: 50}, ()))
    again = [Message(user, PageId(7), None), Message(user, PageId(7), None)]
    assert waits(again, {user: 50}, ()) == (False, True)


def test_a_method_brings_five_pages_of_a_service_and_the_first_of_each_other() -> None:
    lately = ["checkout"] * (BY_ONE_METHOD - 1)
    assert not is_enough(lately, "checkout")
    assert is_enough([*lately, "checkout"], "checkout")
    assert not is_enough([*lately, "checkout"], "search")
