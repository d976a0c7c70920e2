"""Whether people on call can be woken: quiet hours as Slack tells them, and tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Person
from bot.core.debts import Converge, DebtKind
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.quiet_hours import Quiet, as_of, quiet_of, soon_on_call
from bot.core.schedule import Layer, Schedule
from bot.errors import Wrong
from bot.store import changes, quiets, reach_tests
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import reachability
from tests.company import ANA, BOB, CAROL, DAVE, company

TEN_PM = datetime(2026, 11, 21, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "starts_at"),
    [
        ({"dnd_enabled": True, "next_dnd_start_ts": 1795298400, "next_dnd_end_ts": 1795334400}, TEN_PM),
        ({"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}, None),
        ({"dnd_enabled": True, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}, None),
        ({}, None),
    ],
)
def test_quiet_hours_as_slack_writes_them(status: dict[str, object], starts_at: datetime | None) -> None:
    assert quiet_of(ANA, status).starts_at == starts_at


@pytest.mark.parametrize(
    ("hours_later", "days"), [(-3, 0), (1, 0), (8, 0), (9, 1), (12, 1), (32, 1), (33, 2), (100, 4)]
)
def test_hours_that_are_over_come_again_the_next_day(hours_later: int, days: int) -> None:
    """From 22:00 until 07:00; seen that many hours after 22:00."""
    told = Quiet(ANA, TEN_PM, TEN_PM + timedelta(hours=9))
    seen = as_of(told, TEN_PM + timedelta(hours=hours_later))
    assert seen == Quiet(ANA, TEN_PM + timedelta(days=days), TEN_PM + timedelta(days=days, hours=9))
    assert as_of(Quiet(ANA, None, None), TEN_PM) == Quiet(ANA, None, None)


async def test_the_latest_word_of_slack_is_kept(database: Database) -> None:
    await reachability.remember_quiet(database, Quiet(ANA, TEN_PM, TEN_PM + timedelta(hours=10)))
    await reachability.remember_quiet(database, Quiet(ANA, None, None))
    async with database.read() as conn:
        assert await quiets.of_user(conn, ANA) == Quiet(ANA, None, None)
        assert await quiets.of_user(conn, BOB) is None


async def test_a_test_counts_when_it_was_first_heard(database: Database, clock: ManualClock) -> None:
    number = await reachability.send_test(database, ANA)
    clock.forward(seconds=12)
    first = await reachability.heard(database, number, ANA)
    clock.forward(seconds=60)
    again = await reachability.heard(database, number, ANA)
    assert first.seen_at == again.seen_at == first.sent_at + timedelta(seconds=12)
    async with database.read() as conn:
        assert await reach_tests.latest(conn, ANA) == again


async def test_nobody_hears_for_somebody_else(database: Database) -> None:
    number = await reachability.send_test(database, ANA)
    with pytest.raises(Wrong, match="somebody else's"):
        await reachability.heard(database, number, BOB)


def large(people: int) -> Catalogue:
    """A company in which everybody is on call, each for a schedule of their own; the first has left Slack."""
    base = company()
    names = [PersonId(f"p{number:03}") for number in range(people)]
    layer = next(iter(base.schedules.values())).layers[0]
    assert isinstance(layer, Layer)
    return replace(
        base,
        people={
            name: Person(name, name, slack=name, user_id=UserId(name.upper()), reachable=name != names[0])
            for name in names
        },
        schedules={
            ScheduleId(name): Schedule(
                ScheduleId(name), name, "UTC", (replace(layer, participants=((name,),)),)
            )
            for name in names
        },
    )


def quiet_debts(tx: Tx) -> list[Converge]:
    return [one for one in tx.converges.values() if one.kind is DebtKind.QUIET_HOURS]


async def test_everybody_on_call_is_asked_about_once_a_day_fifty_at_once(
    database: Database, clock: ManualClock
) -> None:
    catalogue = large(121)
    async with database.write() as tx:
        await reachability.advance_due(tx, catalogue)
        first = quiet_debts(tx)
    assert [len(one.payload["users"]) for one in first] == [50, 50, 20]
    assert [one.after for one in first] == [0.0, 4.0, 8.0]
    clock.forward(hours=23)
    async with database.write() as tx:
        await reachability.advance_due(tx, catalogue)
        assert not quiet_debts(tx)
    clock.forward(hours=1)
    async with database.write() as tx:
        await reachability.advance_due(tx, catalogue)
        assert len(quiet_debts(tx)) == 3


async def test_whoever_comes_on_call_within_two_days_is_asked_about_too(
    database: Database, clock: ManualClock
) -> None:
    async with database.write() as tx:
        assert soon_on_call(company(), await changes.since(tx.conn, tx.now, ()), tx.now) == (ANA, CAROL)
        later = tx.now + timedelta(hours=7)  # Monday 09:00 is within 48 hours
        assert soon_on_call(company(), await changes.since(tx.conn, later, ()), later) == (
            ANA,
            BOB,
            CAROL,
            DAVE,
        )


async def test_what_slack_tells_of_many_is_kept(database: Database) -> None:
    async with database.write() as tx:
        await reachability.told(tx, [Quiet(ANA, TEN_PM, TEN_PM + timedelta(hours=9)), Quiet(BOB, None, None)])
        await reachability.told(tx, [])
    async with database.read() as conn:
        assert await quiets.of_user(conn, ANA) == Quiet(ANA, TEN_PM, TEN_PM + timedelta(hours=9))
        assert await quiets.of_user(conn, BOB) == Quiet(BOB, None, None)
