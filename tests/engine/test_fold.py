"""Folding keeps up on a quiet day, leaves the processor to senders in a flood, and never for long."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.engine.duties import (
    FEWEST_BODIES,
    FOLD_IN_ONE_RUN,
    FOLD_WITHIN,
    GIVE_WAY_AT_LEAST,
    GIVE_WAY_AT_MOST,
    GIVE_WAY_TIMES,
    GIVE_WAY_WITHIN,
    MOST_BODIES,
    Fold,
    bodies_at_once,
    give_way_for,
)
from bot.ingest.sources import parse_body
from bot.store.database import Database
from bot.store.journal import NewEntry, append
from tests.company import company

COMPANY = company()
MANY = 2 * MOST_BODIES + 3


async def accept(database: Database, count: int) -> None:
    entries = [
        NewEntry("demo-generic", "http", orjson.dumps({"title": f"Disk {one} is full"}))
        for one in range(count)
    ]
    async with database.write() as tx:
        await append(tx.conn, entries, tx.now)


async def titles(database: Database) -> list[str]:
    """Of the alerts, in the order in which they were folded."""
    async with database.read() as conn:
        return list((await conn.execute(text("SELECT title FROM alert ORDER BY id"))).scalars())


def fold(database: Database, crowded: Callable[[], bool]) -> Fold:
    return Fold(database, lambda: COMPANY, parse_body, crowded)


@pytest.mark.parametrize("crowded", [False, True])
async def test_one_run_folds_all_that_was_accepted_in_its_order(database: Database, crowded: bool) -> None:
    await accept(database, MANY)
    await fold(database, lambda: crowded).run()
    assert await titles(database) == [f"Disk {one} is full" for one in range(MANY)]


async def test_a_run_that_was_long_ends_and_the_next_goes_on(database: Database, clock: ManualClock) -> None:
    def a_fold_was_long() -> bool:
        clock.forward(seconds=FOLD_IN_ONE_RUN + 1)
        return False

    await accept(database, FEWEST_BODIES + 1)
    folding = fold(database, a_fold_was_long)
    await folding.run()
    assert len(await titles(database)) == FEWEST_BODIES
    assert await folding.due() is not None
    await folding.run()
    assert len(await titles(database)) == FEWEST_BODIES + 1


@pytest.mark.parametrize(
    ("last", "took", "following"),
    [
        (FEWEST_BODIES, FOLD_WITHIN / 10, 2 * FEWEST_BODIES),
        (80, FOLD_WITHIN / 10, MOST_BODIES),
        (MOST_BODIES, FOLD_WITHIN / 10, MOST_BODIES),
        (80, FOLD_WITHIN / 2, 80),
        (80, 2 * FOLD_WITHIN, 40),
        (FEWEST_BODIES, 10 * FOLD_WITHIN, FEWEST_BODIES),
    ],
)
def test_a_commit_takes_as_many_bodies_as_it_can_in_its_time(last: int, took: float, following: int) -> None:
    assert bodies_at_once(last, took) == following


@pytest.mark.parametrize(
    ("took", "behind", "pause"),
    [
        (0.001, 0.0, GIVE_WAY_AT_LEAST),
        (0.05, 0.1, GIVE_WAY_TIMES * 0.05),
        (6.0, 1.0, GIVE_WAY_AT_MOST),  # the database was locked
        (0.1, GIVE_WAY_WITHIN + 0.1, GIVE_WAY_AT_LEAST),
    ],
)
def test_senders_have_most_of_the_processor_until_folding_is_far_behind(
    took: float, behind: float, pause: float
) -> None:
    assert give_way_for(took, behind) == pytest.approx(pause)
