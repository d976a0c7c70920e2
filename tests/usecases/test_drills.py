"""A drill pages only those who agreed, each at their time, and reports what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.core.debts import DebtKind
from bot.core.drill import Drill, DrillState
from bot.core.ids import DrillId, PageId
from bot.core.page import PageState
from bot.errors import Wrong
from bot.queries import drills as queries
from bot.queries import simulation
from bot.store import drills as rows
from bot.store import pages
from bot.store.database import Database
from bot.usecases import drills, hand_offs, paging
from tests.company import ANA, BOB, CAROL, CHECKOUT, FRANK, SEV1, company
from tests.owed import owed

COMPANY = company()


async def propose(db: Database) -> Drill:
    async with db.read() as conn:
        found = await simulation.simulated(conn, COMPANY, db.clock.now(), service=CHECKOUT, severity=SEV1)
    return await drills.propose(db, found, BOB)


async def load(db: Database, number: DrillId) -> Drill:
    async with db.read() as conn:
        found = await rows.load(conn, number)
    assert found is not None
    return found


async def states(db: Database, drill: Drill) -> dict[str, PageState]:
    async with db.read() as conn:
        found = {user: await pages.load(conn, PageId(page)) for user, page in drill.pages.items()}
    return {user: page.state for user, page in found.items() if page}


async def told(db: Database, what: str) -> list[str]:
    return [one["to"] for one in await owed(db, DebtKind.NOTICE) if one["what"] == what]


async def test_a_drill_asks_first_and_pages_each_who_agreed_at_their_time(
    database: Database, clock: ManualClock
) -> None:
    drill = await propose(database)
    assert [(place.user, place.level, place.after) for place in drill.places] == [
        (ANA, 1, timedelta()),
        (CAROL, 2, timedelta(minutes=3)),
        (FRANK, 3, timedelta(minutes=6)),
    ]
    assert await told(database, "drill_asked") == [ANA, CAROL, FRANK]
    await drills.answer(database, drill.id, ANA, takes_part=True)
    await drills.answer(database, drill.id, CAROL, takes_part=True)
    assert await told(database, "drill_ready") == []
    await drills.answer(database, drill.id, FRANK, takes_part=False)
    assert await told(database, "drill_ready") == [BOB]
    running = await drills.start(database, COMPANY, drill.id, BOB)
    assert set(running.pages) == {ANA, CAROL}
    assert [one["user"] for one in await owed(database, DebtKind.PAGE_DM)] == [ANA]
    clock.forward(minutes=3)
    await paging.advance_due(database, COMPANY)
    assert [one["user"] for one in await owed(database, DebtKind.PAGE_DM)] == [ANA, CAROL]


async def test_the_report_tells_who_acknowledged_how_fast_and_nothing_stays_open(
    database: Database, clock: ManualClock
) -> None:
    drill = await propose(database)
    for user in (ANA, CAROL):
        await drills.answer(database, drill.id, user, takes_part=True)
    running = await drills.start(database, COMPANY, drill.id, BOB)
    clock.forward(seconds=40)
    await paging.acknowledge(database, COMPANY, running.pages[ANA], ANA)
    await hand_offs.advance_due(database, COMPANY)
    assert (await load(database, drill.id)).state is DrillState.RUNNING
    for _ in range(20):
        clock.forward(minutes=1)
        await paging.advance_due(database, COMPANY)
        await hand_offs.advance_due(database, COMPANY)
    over = await load(database, drill.id)
    assert over.state is DrillState.DONE and over.due_at is None
    assert await told(database, "drill_report") == [BOB]
    assert set((await states(database, over)).values()) == {PageState.RESOLVED}
    async with database.read() as conn:
        view = await queries.view(conn, drill.id)
    assert view is not None
    assert [(line.place.user, line.after) for line in view.lines] == [
        (ANA, timedelta(seconds=40)),
        (CAROL, None),
    ]


async def test_a_drill_ends_as_soon_as_all_have_acknowledged(database: Database, clock: ManualClock) -> None:
    drill = await propose(database)
    await drills.answer(database, drill.id, ANA, takes_part=True)
    running = await drills.start(database, COMPANY, drill.id, BOB)
    await paging.acknowledge(database, COMPANY, running.pages[ANA], ANA)
    clock.forward(seconds=30)
    await hand_offs.advance_due(database, COMPANY)
    assert (await load(database, drill.id)).state is DrillState.DONE


async def test_what_cannot_be_done_with_a_drill_is_said(database: Database, clock: ManualClock) -> None:
    drill = await propose(database)
    with pytest.raises(Wrong, match="Nobody has agreed"):
        await drills.start(database, COMPANY, drill.id, BOB)
    with pytest.raises(Wrong, match="does not ask you"):
        await drills.answer(database, drill.id, BOB, takes_part=True)
    await drills.call_off(database, drill.id, BOB)
    with pytest.raises(Wrong, match="is over"):
        await drills.answer(database, drill.id, ANA, takes_part=True)
    forgotten = await propose(database)
    clock.forward(hours=25)
    await hand_offs.advance_due(database, COMPANY)
    assert (await load(database, forgotten.id)).state is DrillState.CALLED_OFF


async def test_whoever_waits_for_a_drill_hears_that_it_is_called_off(
    database: Database, clock: ManualClock
) -> None:
    drill = await propose(database)
    await drills.answer(database, drill.id, ANA, takes_part=True)
    await drills.answer(database, drill.id, FRANK, takes_part=False)
    await drills.call_off(database, drill.id, BOB)
    assert await told(database, "drill_called_off") == [ANA]
    forgotten = await propose(database)
    await drills.answer(database, forgotten.id, CAROL, takes_part=True)
    clock.forward(hours=25)
    await hand_offs.advance_due(database, COMPANY)
    assert await told(database, "drill_called_off") == [ANA, BOB, CAROL]
