"""Pages in a real database: what is recorded, what is owed, and who wins when two things happen at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import text

from bot.clock import ManualClock
from bot.core import escalation
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.decision import Reply
from bot.core.ids import TOCSIN, PageId, UserId, by_user
from bot.core.page import Page, PageState
from bot.store import pages
from bot.store.database import Database
from bot.usecases import paging
from tests.company import ANA, BOB, CAROL, CHECKOUT, SEV1, SEV4, company
from tests.owed import look_at_homes, owed, pay_all

COMPANY = company()


async def begin(db: Database, catalogue: Catalogue = COMPANY) -> Page:
    async with db.write() as tx:
        return await paging.begin(
            tx, catalogue, service=CHECKOUT, title="Error rate", severity=SEV1, by=TOCSIN
        )


async def load(db: Database, page: PageId) -> Page:
    async with db.read() as conn:
        found = await pages.load(conn, page)
    assert found is not None
    return found


async def debts(db: Database, state: str) -> list[str]:
    async with db.read() as conn:
        rows = await conn.execute(
            text("SELECT lane FROM debt WHERE state = :state ORDER BY id"), {"state": state}
        )
        return [row.lane for row in rows if not row.lane.startswith("home")]


async def notifications(db: Database, page: PageId) -> list[tuple[str, str]]:
    async with db.read() as conn:
        return [(note.addressee, note.state) for note in await pages.notifications(conn, page)]


async def test_a_page_begins_with_its_first_notification_owed(database: Database) -> None:
    page = await begin(database)
    assert await notifications(database, page.id) == [(ANA, "owed")]
    assert await debts(database, "new") == [f"dm:{ANA}"]


async def test_the_home_of_whoever_looked_at_it_today_follows_a_page(
    database: Database, clock: ManualClock
) -> None:
    page = await begin(database)
    assert await owed(database, DebtKind.HOME) == []
    await look_at_homes(database, ANA, BOB)
    await paging.acknowledge(database, COMPANY, page.id, ANA)
    assert [home["user"] for home in await owed(database, DebtKind.HOME)] == [ANA]
    await pay_all(database)
    clock.forward(hours=13)
    await paging.resolve(database, COMPANY, page.id, by_user(ANA))
    assert await owed(database, DebtKind.HOME) == []


async def test_an_acknowledgment_withdraws_what_has_not_left(database: Database, clock: ManualClock) -> None:
    page = await begin(database)
    clock.forward(minutes=1)
    decision = await paging.acknowledge(database, COMPANY, page.id, ANA)
    assert decision.reply is Reply.DONE
    assert await notifications(database, page.id) == [(ANA, "canceled")]
    assert await debts(database, "canceled") == [f"dm:{ANA}"]


async def test_a_page_keeps_the_policy_with_which_it_began(database: Database, clock: ManualClock) -> None:
    page = await begin(database)
    clock.forward(minutes=3)
    await paging.advance_due(database, Catalogue(people=COMPANY.people, schedules=COMPANY.schedules))
    assert (await load(database, page.id)).level == 2


async def test_advancing_twice_takes_the_step_once(database: Database, clock: ManualClock) -> None:
    page = await begin(database)
    clock.forward(minutes=3)
    counts = await asyncio.gather(*(paging.advance_due(database, COMPANY) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 1]
    assert await notifications(database, page.id) == [(ANA, "owed"), (CAROL, "owed")]


async def test_many_due_steps_share_a_commit_until_somebody_else_waits_to_write(
    database: Database, clock: ManualClock
) -> None:
    for _ in range(10):
        await begin_alone(database)
    clock.forward(minutes=3)
    commits: list[int] = []
    database.on_commit(lambda tx: commits.append(sum(fact.kind == "level_paged" for fact in tx.recorded)))
    assert await paging.advance_due(database, COMPANY, 2, most=5) == 4, "another two would be too many"
    async with database.write():
        steps = asyncio.create_task(paging.advance_due(database, COMPANY, 2, most=100))
        other = asyncio.create_task(begin_alone(database))
        await asyncio.sleep(0)  # both wait for their turn, in this order
    assert await steps == 2, "whoever waits does not wait for the rest"
    await other
    assert await paging.advance_due(database, COMPANY, 2, most=100) == 4
    assert commits == [4, 0, 2, 1, 4]


async def test_pages_that_change_in_different_ways_together_are_each_written_whole(
    database: Database, clock: ManualClock
) -> None:
    before = [await begin_alone(database) for _ in range(4)]
    clock.forward(minutes=1)
    now = clock.now()
    decided = [
        escalation.acknowledge(before[0], BOB, now),
        escalation.snooze(before[1], CAROL, timedelta(minutes=30), now),
        escalation.resolve(before[2], by_user(ANA), now),
        escalation.change_severity(before[3], SEV4, TOCSIN, now),
    ]
    async with database.write() as tx:
        await paging.apply_all(tx, list(zip(before, decided, strict=True)), COMPANY)
    assert [await load(database, page.id) for page in before] == [decision.page for decision in decided]


async def test_acknowledgment_and_timeout_have_one_winner_in_any_order(
    database: Database, clock: ManualClock
) -> None:
    for turn in range(40):
        page = await begin_alone(database)
        clock.forward(minutes=3)
        both = [
            paging.acknowledge(database, COMPANY, page.id, BOB),
            paging.advance_due(database, COMPANY),
        ]
        await asyncio.gather(*(both if turn % 2 else reversed(both)))
        now = await load(database, page.id)
        assert now.state is PageState.ACKNOWLEDGED
        states = dict(await notifications(database, page.id))
        assert "owed" not in states.values(), "nothing is owed after an acknowledgment"


async def begin_alone(db: Database) -> Page:
    async with db.write() as tx:
        return await paging.begin(
            tx, COMPANY, service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN, group=False
        )


async def test_nobody_on_call_tells_the_fallback_channel_and_the_admins(
    database: Database, clock: ManualClock
) -> None:
    unknown = Catalogue(
        policies=COMPANY.policies,
        services=COMPANY.services,
        default_policy=COMPANY.default_policy,
        fallback_channel="#incidents",
    )
    page = await begin(database, unknown)
    assert page.due_at == clock.now() + timedelta(minutes=5)
    assert await debts(database, "new") == ["notice:#incidents"]


async def test_whoever_was_never_paged_may_still_acknowledge(database: Database) -> None:
    page = await begin(database)
    decision = await paging.acknowledge(database, COMPANY, page.id, UserId("USTRANGER"))
    assert decision.page.acknowledged_by == "USTRANGER"
