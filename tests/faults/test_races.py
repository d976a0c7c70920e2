"""An acknowledgment and a timeout in 1,000 forced orders, from two connections: one of them wins, whole."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from bot.clock import ManualClock
from bot.core.ids import TOCSIN, PageId
from bot.core.page import Page, PageState
from bot.store import pages, timeline
from bot.store.database import Database
from bot.usecases import paging
from tests.company import ANA, CHECKOUT, SEV1, company
from tests.faults.seeds import seed
from tests.faults.turns import interleave
from tests.owed import owed_of_page

ORDERS, BATCHES = 100, 5
"""On each of two databases."""


@pytest.fixture
async def other(database: Database, database_url: str, clock: ManualClock) -> AsyncIterator[Database]:
    """A second way into the same database, as of another copy."""
    beside = Database(database_url, clock)
    yield beside
    await beside.close()


async def waiting_page(database: Database, clock: ManualClock) -> Page:
    """A page whose first level's time is over."""
    async with database.write() as tx:
        page = await paging.begin(
            tx, company(), service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN, group=False
        )
    clock.forward(minutes=3)
    return page


async def steps_before_the_acknowledgment(database: Database, number: PageId) -> int:
    """How many levels were paged; fails when one was paged after the acknowledgment, or when that was not one."""
    async with database.read() as conn:
        page = await pages.load(conn, number)
        notes = await pages.notifications(conn, number)
        kinds = [fact.kind for fact in await timeline.of_page(conn, number)]
    assert page is not None and page.state is PageState.ACKNOWLEDGED and page.due_at is None
    assert kinds.count("page_acknowledged") == 1 and "acknowledged_late" not in kinds, kinds
    assert "level_paged" not in kinds[kinds.index("page_acknowledged") :], kinds
    assert page.step == kinds.count("level_paged") == len(notes), kinds
    assert {note.state for note in notes} == {"canceled"}, "nothing is sent for a page that somebody has"
    assert await owed_of_page(database, number) == []
    return page.step


@pytest.mark.parametrize("batch", range(BATCHES))
async def test_an_acknowledgment_and_a_timeout_have_one_winner_in_any_order(
    database: Database, other: Database, clock: ManualClock, batch: int
) -> None:
    dice = random.Random(seed() + batch)
    wins = {1: 0, 2: 0}
    for _ in range(ORDERS):
        page = await waiting_page(database, clock)
        await interleave(
            dice,
            paging.acknowledge(database, company(), page.id, ANA),
            paging.advance_due(other, company()),
        )
        wins[await steps_before_the_acknowledgment(database, page.id)] += 1
    assert min(wins.values()) > ORDERS // 20, f"both orders came about: {wins}"
