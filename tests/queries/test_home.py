"""The App Home, read from a real database: the calendar, what waits for an answer, and what managers see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Provider, ProviderType
from bot.core.contact import MethodKind
from bot.core.ids import PersonId, ProviderId, ScheduleId, UserId
from bot.core.quiet_hours import Quiet
from bot.core.schedule import Layer, Origin, TimeOfDay
from bot.core.views import CoverView, HomeView
from bot.queries import home
from bot.store import contacts, directory, homes
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.store.homes import Chosen
from bot.usecases import covers, overrides, reachability
from bot.usecases.covers import AskForCover
from bot.usecases.declaring import Declare, declare
from bot.usecases.homes import choose_schedule, choose_week
from tests.company import ANA, BOB, CAROL, CHECKOUT, DAVE, FRANK, SEV1, company

COMPANY = company()
PRIMARY, SECONDARY = ScheduleId("payments-primary"), ScheduleId("payments-secondary")
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)
THIS_WEEK = date(2026, 11, 16)


def slack_user(user: UserId, tz: str = "UTC", deleted: bool = False) -> SlackUser:
    return SlackUser(user, "T1", "name", "Name", "", tz, deleted, False, False)


def with_gap(company: Catalogue = COMPANY) -> Catalogue:
    """Nobody has payments-primary from 22:00 to 24:00."""
    schedule = company.schedules[PRIMARY]
    open_until_ten = (TimeOfDay(SATURDAY.time(), SATURDAY.time().replace(hour=22)),)
    layers = tuple(
        replace(layer, restrictions=open_until_ten) for layer in schedule.layers if isinstance(layer, Layer)
    )
    return replace(company, schedules={**company.schedules, PRIMARY: replace(schedule, layers=layers)})


async def shown(db: Database, user: UserId, catalogue: Catalogue = COMPANY) -> HomeView:
    async with db.read() as conn:
        return await home.home(conn, catalogue, user, db.clock.now(), db.clock.real())


async def test_the_calendar_is_of_ones_own_schedule_and_of_this_week(database: Database) -> None:
    anas, daves = await shown(database, ANA), await shown(database, DAVE)
    assert anas.week is not None
    assert daves.week is not None
    assert (anas.week.schedule, daves.week.schedule) == (PRIMARY, SECONDARY)
    assert anas.week.monday == anas.week.this_monday == THIS_WEEK
    assert [day.is_today for day in anas.week.days] == [False] * 5 + [True, False]
    monday = anas.week.days[0]
    assert [[one.name for one in shift.people] for shift in monday.shifts] == [["Bob"], ["Ana"]]
    assert [name for _, name in anas.week.choices] == ["payments-primary", "payments-secondary"]


async def test_the_chosen_schedule_and_week_are_kept(database: Database) -> None:
    await choose_schedule(database, ANA, SECONDARY)
    await choose_week(database, ANA, THIS_WEEK + timedelta(days=7))
    week = (await shown(database, ANA)).week
    assert week is not None
    assert (week.schedule, week.monday, week.this_monday) == (
        SECONDARY,
        THIS_WEEK + timedelta(days=7),
        THIS_WEEK,
    )
    await choose_week(database, ANA, None)
    week = (await shown(database, ANA)).week
    assert week is not None
    assert (week.schedule, week.monday) == (SECONDARY, THIS_WEEK)


async def test_a_schedule_that_is_gone_gives_way_to_ones_own(database: Database, clock: ManualClock) -> None:
    async with database.write() as tx:
        await homes.choose(tx.conn, ANA, Chosen(ScheduleId("gone"), date(1999, 1, 4)), clock.real())
    week = (await shown(database, ANA)).week
    assert week is not None
    assert week.schedule == PRIMARY
    assert week.monday > THIS_WEEK - timedelta(days=380)
    assert (await shown(database, ANA, replace(COMPANY, schedules={}, policies={}))).week is None


async def test_the_days_begin_at_the_readers_midnight(database: Database) -> None:
    async with database.write() as tx:
        await directory.save(tx.conn, [slack_user(ANA, "Asia/Tokyo")])
    week = (await shown(database, ANA)).week
    assert week is not None
    assert week.days[5].starts_at == SATURDAY - timedelta(hours=9)


async def test_an_override_shows_who_made_it_and_why(database: Database) -> None:
    ten = SATURDAY + timedelta(hours=10)
    await overrides.override(
        database, COMPANY, PRIMARY, BOB, ten, ten + timedelta(hours=8), FRANK, "Ana travels"
    )
    week = (await shown(database, ANA)).week
    assert week is not None
    (one,) = week.overrides
    assert (one.people[0].name, one.by, one.reason, one.origin) == (
        "Bob",
        FRANK,
        "Ana travels",
        Origin.OVERRIDE,
    )
    assert [[p.name for p in shift.people] for shift in week.days[5].shifts] == [["Ana"], ["Bob"], ["Ana"]]


async def test_gaps_of_the_week_that_are_not_over_are_told_and_a_taken_one_is_none(
    database: Database,
) -> None:
    catalogue = with_gap()
    week = (await shown(database, ANA, catalogue)).week
    assert week is not None
    ten = SATURDAY + timedelta(hours=22)
    midnight = SATURDAY + timedelta(days=1)
    assert [(gap.starts_at, gap.ends_at) for gap in week.gaps] == [
        (ten, midnight),
        (ten + timedelta(days=1), midnight + timedelta(days=1)),
    ]
    await overrides.take_gap(database, catalogue, PRIMARY, ten, midnight, BOB)
    week = (await shown(database, ANA, catalogue)).week
    assert week is not None
    assert len(week.gaps) == 1
    (taken,) = week.overrides
    assert (taken.people[0].name, taken.origin) == ("Bob", Origin.TAKE)


async def test_a_question_waits_on_the_homes_of_those_asked_and_of_whoever_asks(
    database: Database, clock: ManualClock
) -> None:
    ten = SATURDAY + timedelta(hours=10)
    request = AskForCover(PRIMARY, ten, ten + timedelta(hours=8), (BOB, CAROL), "dentist")
    cover = await covers.ask(database, COMPANY, request, ANA)
    await covers.decline(database, COMPANY, cover.id, CAROL)
    waiting = {user: (await shown(database, user)).questions for user in (ANA, BOB, CAROL, DAVE)}
    assert {user: len(found) for user, found in waiting.items()} == {ANA: 1, BOB: 1, CAROL: 0, DAVE: 0}
    assert isinstance(waiting[BOB][0], CoverView)


async def test_ones_next_shifts_are_told(database: Database) -> None:
    shifts = (await shown(database, BOB)).shifts
    assert [shift.starts_at for shift in shifts] == [
        datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(days=14 * number) for number in range(3)
    ]


async def test_an_admin_sees_load_gaps_and_who_cannot_be_reached(database: Database) -> None:
    await declare(database, COMPANY, Declare("Checkout is down", SEV1, service=CHECKOUT), DAVE)
    ana = COMPANY.people[PersonId("ana")]
    gone = replace(with_gap(), people={**COMPANY.people, ana.id: replace(ana, reachable=False)})
    view = (await shown(database, FRANK, gone)).manager
    assert view is not None
    assert view.everything
    first = view.load[0]
    assert (first.person.name, first.pages, first.at_night) == ("Ana", 1, 1)
    assert len(view.gaps) == 30
    assert [(one.person.name, one.why, one.is_now) for one in view.unreachable] == [
        ("Ana", "deactivated", True)
    ]
    assert (await shown(database, ANA)).manager is None


async def test_somebody_on_call_by_their_slack_id_alone_is_looked_up_in_slacks_people(
    database: Database,
) -> None:
    stranger = UserId("U0STRANGER")
    async with database.write() as tx:
        await directory.save(tx.conn, [slack_user(stranger)])
    now = database.clock.now()
    await overrides.override(database, COMPANY, PRIMARY, stranger, now, now + timedelta(hours=2), FRANK)
    view = (await shown(database, FRANK)).manager
    assert view is not None
    assert not view.unreachable
    async with database.write() as tx:
        await directory.save(tx.conn, [slack_user(stranger, deleted=True)])
    view = (await shown(database, FRANK)).manager
    assert view is not None
    assert [(one.person.user, one.why) for one in view.unreachable] == [(stranger, "deactivated")]


async def test_only_admins_are_told_how_tocsin_is(database: Database, clock: ManualClock) -> None:
    await choose_week(database, BOB, None)  # owes a Home that nobody sends here
    assert (await shown(database, BOB)).health is None
    assert (await shown(database, FRANK)).health == ()
    clock.forward(minutes=10)
    (problem,) = (await shown(database, FRANK)).health or ()
    assert problem == "Something has been owed to Slack for 10 minutes and is not sent yet."


@pytest.mark.parametrize("reader", [ANA, FRANK])
async def test_a_home_takes_as_many_statements_for_sixty_schedules_as_for_two(
    database: Database, reader: UserId
) -> None:
    many = {
        ScheduleId(f"s-{number}"): replace(COMPANY.schedules[PRIMARY], id=ScheduleId(f"s-{number}"))
        for number in range(60)
    }
    counts = []
    for catalogue in (COMPANY, replace(COMPANY, schedules={**COMPANY.schedules, **many})):
        async with database.read() as conn:
            seen: list[str] = []

            def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
                seen.append(statement)  # noqa: B023

            sync = conn.sync_connection
            assert sync is not None
            event.listen(sync, "before_cursor_execute", note)
            await home.home(conn, catalogue, reader, database.clock.now(), database.clock.real())
            event.remove(sync, "before_cursor_execute", note)
            counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 11


async def test_the_hours_in_which_slack_rings_nothing_are_shown_to_whoever_has_a_shift(
    database: Database, clock: ManualClock
) -> None:
    night = clock.now() - timedelta(days=1), clock.now() - timedelta(hours=15)
    for user in (ANA, FRANK):
        await reachability.remember_quiet(database, Quiet(user, *night))
    ana, frank, bob = [await shown(database, user) for user in (ANA, FRANK, BOB)]
    assert ana.silent == (night[0] + timedelta(days=1), night[1] + timedelta(days=1))
    assert frank.silent is None  # no shift of his is planned
    assert bob.silent is None  # Slack has not told


async def test_whoever_looks_after_schedules_sees_whom_nothing_wakes(
    database: Database, clock: ManualClock
) -> None:
    carrier = Provider(ProviderId("twilio"), ProviderType.TWILIO, (MethodKind.SMS,))
    able = replace(COMPANY, providers={carrier.id: carrier})
    night = clock.now() - timedelta(hours=5), clock.now() + timedelta(hours=4)
    for user in (ANA, CAROL):
        await reachability.remember_quiet(database, Quiet(user, *night))
    async with database.write() as tx:
        phone = await contacts.add(tx.conn, CAROL, MethodKind.SMS, "+491512345678", "", tx.now)
        await contacts.change(tx.conn, phone, verified_at=tx.now)
    view = (await shown(database, FRANK, able)).manager
    assert view is not None
    assert [(one.person.name, one.why) for one in view.unreachable] == [("Ana", "silent")]
    assert (await shown(database, CAROL, able)).ringing == (MethodKind.SMS,)
    without = (await shown(database, FRANK)).manager
    assert without is not None and not without.unreachable, "nobody here could have a method that rings"
