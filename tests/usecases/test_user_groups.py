"""Remembering what Slack tells of user groups, and owing what makes them follow who is on call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import Layer
from bot.core.user_group import SlackGroup, Told
from bot.queries import user_groups as queries
from bot.store import hand_offs
from bot.store.database import Database
from bot.store.tables import DebtRow
from bot.usecases import user_groups
from tests.company import ANA, BOB, ERIN, FRANK, company
from tests.owed import owed, pay_all

HANDLE = "@payments-oncall"
PRIMARY = ScheduleId("payments-primary")
_DEBTS = DebtRow.__table__  # type: ignore[attr-defined]


def following() -> Catalogue:
    base = company()
    schedule = replace(base.schedules[PRIMARY], user_groups=(HANDLE,), owner=PersonId("erin"))
    return replace(base, schedules={**base.schedules, PRIMARY: schedule})


COMPANY = following()


def listed(*members: UserId, at: datetime, by: UserId = FRANK) -> list[Told]:
    return [Told(SlackGroup("S1", HANDLE, "Payments", members), by, at)]


async def tell(database: Database, groups: list[Told], catalogue: Catalogue = COMPANY) -> None:
    async with database.write() as tx:
        await user_groups.told(tx, catalogue, groups)


async def look(database: Database, catalogue: Catalogue = COMPANY) -> None:
    async with database.write() as tx:
        await user_groups.advance_due(tx, catalogue)


async def notices(database: Database) -> list[tuple[str, str]]:
    """What was said to whom."""
    query = select(_DEBTS.c.payload).where(_DEBTS.c.kind == DebtKind.NOTICE).order_by(_DEBTS.c.id)
    async with database.read() as conn:
        return [(told["what"], told["to"]) for told in (await conn.execute(query)).scalars()]


async def test_slack_is_asked_first_and_then_every_quarter_of_an_hour(
    database: Database, clock: ManualClock
) -> None:
    await look(database)
    assert len(await owed(database, DebtKind.USER_GROUPS)) == 1
    assert await owed(database, DebtKind.USER_GROUP) == []
    await pay_all(database)
    await tell(database, [])
    assert await owed(database, DebtKind.USER_GROUP) == [{"handle": HANDLE}]
    clock.forward(minutes=14)
    await look(database)
    assert await owed(database, DebtKind.USER_GROUPS) == []
    clock.forward(minutes=1)
    await look(database)
    assert len(await owed(database, DebtKind.USER_GROUPS)) == 1


async def test_the_next_look_is_at_the_next_change_of_shift(database: Database, clock: ManualClock) -> None:
    await tell(database, listed(ANA, at=clock.real()))
    await pay_all(database)
    clock.forward(
        minutes=int(
            (datetime(2026, 11, 23, 9, tzinfo=clock.now().tzinfo) - clock.now()) / timedelta(minutes=1)
        )
    )
    async with database.read() as conn:
        due = await hand_offs.next_due(conn)
        assert due is not None and due <= clock.now()
    await look(database)
    assert await owed(database, DebtKind.USER_GROUP) == [{"handle": HANDLE}]
    async with database.read() as conn:
        wanted = await queries.due(conn, COMPANY, HANDLE, clock.now())
        later = await hand_offs.next_due(conn)
    assert wanted is not None and wanted.members == (BOB,)
    assert later is not None and later > clock.now()


async def test_what_was_set_stays_and_a_persons_change_is_told_once(
    database: Database, clock: ManualClock
) -> None:
    async with database.write() as tx:
        await user_groups.was_set(tx, listed(ANA, at=clock.real())[0])
    await tell(database, listed(ANA, at=clock.real()))
    assert await owed(database, DebtKind.USER_GROUP) == []
    changed = listed(ERIN, at=clock.real() + timedelta(seconds=9))
    await tell(database, changed)
    await tell(database, changed)
    assert await owed(database, DebtKind.USER_GROUP) == [{"handle": HANDLE}]
    assert await notices(database) == [("user_group_undone", FRANK)]


async def test_nobody_on_call_is_told_to_the_owner_once_and_nothing_is_set(
    database: Database, clock: ManualClock
) -> None:
    schedule = COMPANY.schedules[PRIMARY]
    layers = tuple(
        replace(layer, ends_on=clock.now().date() - timedelta(days=5))
        for layer in schedule.layers
        if isinstance(layer, Layer)
    )
    ended = replace(COMPANY, schedules={PRIMARY: replace(schedule, layers=layers)})
    await tell(database, listed(BOB, at=clock.real()), ended)
    await look(database, ended)
    assert await owed(database, DebtKind.USER_GROUP) == []
    assert await notices(database) == [("user_group_stays", ERIN)]


async def test_nobody_is_missed_before_slack_has_told_of_the_people(
    database: Database, clock: ManualClock
) -> None:
    strangers = {key: replace(person, user_id=None) for key, person in COMPANY.people.items()}
    fresh = replace(COMPANY, people=strangers)
    await tell(database, listed(BOB, at=clock.real()), fresh)
    assert await notices(database) == []
    await tell(database, listed(BOB, at=clock.real()))
    assert await owed(database, DebtKind.USER_GROUP) == [{"handle": HANDLE}]
    assert await notices(database) == []


async def test_what_slack_refuses_is_told_once_and_tried_again_daily(
    database: Database, clock: ManualClock
) -> None:
    await tell(database, [])
    for _ in range(3):
        await pay_all(database)
        async with database.write() as tx:
            await user_groups.cannot_set(tx, COMPANY, HANDLE, "missing_scope")
        await look(database)
        assert await owed(database, DebtKind.USER_GROUP) == []
        async with database.read() as conn:
            assert "missing_scope" in await queries.problem(conn, COMPANY)
        clock.forward(hours=24)
        await look(database)
        assert await owed(database, DebtKind.USER_GROUP) == [{"handle": HANDLE}]
    assert await notices(database) == [("user_groups_refused", FRANK)]
    async with database.write() as tx:
        await user_groups.was_set(tx, listed(ANA, at=clock.real())[0])
    async with database.read() as conn:
        assert await queries.problem(conn, COMPANY) == ""


async def test_a_group_that_slack_has_no_more_is_forgotten_and_made_again(
    database: Database, clock: ManualClock
) -> None:
    async with database.write() as tx:
        await user_groups.was_set(tx, listed(ANA, at=clock.real())[0])
    await tell(database, [])
    assert await owed(database, DebtKind.USER_GROUP) == [{"handle": HANDLE}]
    async with database.read() as conn:
        wanted = await queries.due(conn, COMPANY, HANDLE, clock.now())
    assert wanted is not None and wanted.known is None
