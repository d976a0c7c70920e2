"""Overrides, cover, swaps and time off in a real database: who is on call after them, and who hears of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.core.cover import CoverReply, CoverState
from bot.core.ids import CoverId, PersonId, ScheduleId, SwapId, UserId
from bot.core.schedule import on_call
from bot.core.swap import SwapReply, SwapState
from bot.errors import NotAllowed, Wrong
from bot.store import changes, directory, timeline
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.store.swaps import load as load_swap
from bot.usecases import covers, overrides, swaps, time_off
from bot.usecases.covers import AskForCover
from bot.usecases.swaps import Given
from tests.company import ANA, BOB, CAROL, DAVE, company

COMPANY = company()
PRIMARY, SECONDARY = ScheduleId("payments-primary"), ScheduleId("payments-secondary")
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)


def at(hour: int, day: int = 0) -> datetime:
    """An hour of that Saturday, or of so many days later."""
    return SATURDAY + timedelta(days=day, hours=hour)


async def who(db: Database, when: datetime, schedule: ScheduleId = PRIMARY) -> tuple[str, ...]:
    known = COMPANY.schedules[schedule]
    async with db.read() as conn:
        changed = await changes.since(conn, when, (known,))
    return on_call(known, changed.of(schedule), when).people


async def told(db: Database) -> list[tuple[str, str]]:
    """What is owed to whom, in the order in which it was recorded."""
    async with db.read() as conn:
        rows = await conn.execute(text("SELECT key, lane FROM debt ORDER BY id"))
        return [(row.key, row.lane) for row in rows if not row.lane.startswith("home")]


async def kinds(db: Database, schedule: ScheduleId = PRIMARY) -> list[str]:
    async with db.read() as conn:
        return [fact.kind for fact in await timeline.of_schedule(conn, schedule)]


async def test_an_override_puts_somebody_on_call_and_both_hear_of_it(database: Database) -> None:
    made = await overrides.override(database, COMPANY, PRIMARY, BOB, at(10), at(18), CAROL, "Ana travels")
    assert made.instead == ("ana",)
    assert [await who(database, at(hour)) for hour in (9, 10, 17, 18)] == [
        ("ana",),
        ("bob",),
        ("bob",),
        ("ana",),
    ]
    assert [key for key, _ in await told(database)] == [
        f"override:1:override_made:{BOB}",
        f"override:1:override_made:{ANA}",
    ]
    assert await kinds(database) == ["override_made"]


async def test_whoever_makes_the_override_needs_no_notice(database: Database) -> None:
    await overrides.take(database, COMPANY, PRIMARY, BOB, timedelta(hours=2))
    assert [key for key, _ in await told(database)] == [f"override:1:override_made:{ANA}"]
    assert await who(database, at(3)) == ("bob",)


async def test_an_override_that_was_taken_back_leaves_no_trace_but_the_record(database: Database) -> None:
    made = await overrides.override(database, COMPANY, PRIMARY, BOB, at(10), at(18), BOB)
    assert await overrides.end(database, COMPANY, made.override.id, BOB)
    assert await who(database, at(12)) == ("ana",)
    assert await kinds(database) == ["override_made", "override_ended"]
    assert await overrides.end(database, COMPANY, made.override.id, BOB) is None


async def test_an_override_that_runs_ends_now_and_its_past_stays(
    database: Database, clock: ManualClock
) -> None:
    made = await overrides.override(database, COMPANY, PRIMARY, BOB, at(3), at(18), BOB)
    clock.forward(hours=2)
    await overrides.end(database, COMPANY, made.override.id, BOB)
    assert (await who(database, at(4)), await who(database, at(5))) == (("bob",), ("ana",))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "field", "said"),
    [
        (at(18), at(10), "ends", "ends before it begins"),
        (at(10), at(10), "ends", "ends before it begins"),
        (at(0, -1), at(1, -1), "ends", "That time is over"),
        (at(0), at(10), "starts", "begins in the past"),
        (at(10), at(10, 400), "ends", "more than a year"),
        (at(10, 3650), at(18, 3650), "starts", "more than two years ahead"),
    ],
)
async def test_a_wrong_span_is_told_at_its_field_and_nothing_is_saved(
    database: Database, starts_at: datetime, ends_at: datetime, field: str, said: str
) -> None:
    with pytest.raises(Wrong, match=said) as wrong:
        await overrides.override(database, COMPANY, PRIMARY, BOB, starts_at, ends_at, ANA)
    assert wrong.value.field == field
    assert await told(database) == []
    assert await kinds(database) == []


async def test_somebody_who_is_gone_is_not_put_on_call(database: Database) -> None:
    gone = SlackUser(BOB, "T1", "bob", "Bob", "", "UTC", deleted=True, is_bot=False, is_restricted=False)
    async with database.write() as tx:
        await directory.save(tx.conn, [gone])
    with pytest.raises(Wrong, match="Bob is no active full member") as wrong:
        await overrides.override(database, COMPANY, PRIMARY, BOB, at(10), at(18), ANA)
    assert wrong.value.field == "person"
    with pytest.raises(NotAllowed):
        await overrides.take(database, COMPANY, PRIMARY, BOB, timedelta(hours=1))


async def test_of_two_who_accept_the_same_cover_at_once_one_gets_it_and_the_other_is_told(
    database: Database,
) -> None:
    request = AskForCover(PRIMARY, at(10), at(18), people=(BOB, CAROL), reason="dentist")
    cover = await covers.ask(database, COMPANY, request, ANA)
    assert [key for key, _ in await told(database)] == [
        f"cover:1:{ANA}",
        f"cover:1:{BOB}",
        f"cover:1:{CAROL}",
    ]
    decisions = await asyncio.gather(
        covers.accept(database, COMPANY, cover.id, BOB), covers.accept(database, COMPANY, cover.id, CAROL)
    )
    assert sorted(decision.reply for decision in decisions) == [CoverReply.DONE, CoverReply.TOO_LATE]
    winner = decisions[0].cover.accepted_by
    assert decisions[1].cover.accepted_by == winner
    assert await who(database, at(12)) == (winner,)
    assert await kinds(database) == ["cover_asked", "override_made", "cover_settled"]
    assert f"cover:1:cover_accepted:{ANA}" in [key for key, _ in await told(database)]


async def test_cover_is_asked_of_everybody_on_the_schedule(database: Database) -> None:
    cover = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(10), at(18)), ANA)
    assert cover.asked == ("bob",)


async def test_a_guest_is_not_asked_for_cover(database: Database) -> None:
    guest = SlackUser(CAROL, "T1", "carol", "Carol", "", "UTC", False, is_bot=False, is_restricted=True)
    async with database.write() as tx:
        await directory.save(tx.conn, [guest])
    request = AskForCover(PRIMARY, at(10), at(18), people=(BOB, CAROL))
    with pytest.raises(Wrong, match="Carol is a guest here") as wrong:
        await covers.ask(database, COMPANY, request, ANA)
    assert wrong.value.field == "people"
    assert await told(database) == []


async def test_when_everybody_declines_whoever_asked_hears_it(database: Database) -> None:
    cover = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(10), at(18)), ANA)
    await covers.decline(database, COMPANY, cover.id, BOB)
    assert (await told(database))[-1][0] == f"cover:1:2:cover_unanswered:{ANA}"
    assert (await covers.accept(database, COMPANY, cover.id, BOB)).reply is CoverReply.DONE


async def test_cover_that_nobody_takes_is_told_at_its_beginning_and_is_over_at_its_end(
    database: Database, clock: ManualClock
) -> None:
    cover = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(4), at(6)), ANA)
    seen = []
    for _ in range(4):
        async with database.write() as tx:
            await covers.advance_due(tx, COMPANY)
        seen.append((await kinds(database))[1:])
        clock.forward(hours=2)
    assert seen == [[], [], ["cover_settled"], ["cover_settled"]]
    keys = [key for key, _ in await told(database)]
    assert [key for key in keys if "unanswered" in key] == [f"cover:1:2:cover_unanswered:{ANA}"]
    assert (await covers.accept(database, COMPANY, cover.id, BOB)).reply is CoverReply.OVER


async def test_cover_is_not_needed_any_more_when_somebody_else_has_all_of_it_by_now(
    database: Database,
) -> None:
    cover = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(10), at(18), (BOB, CAROL)), ANA)
    await overrides.override(database, COMPANY, PRIMARY, DAVE, at(9), at(19), DAVE)
    decision = await covers.accept(database, COMPANY, cover.id, BOB)
    assert (decision.reply, decision.cover.state) == (CoverReply.CHANGED, CoverState.CHANGED)
    assert await who(database, at(12)) == ("dave",)
    assert (await covers.accept(database, COMPANY, cover.id, CAROL)).reply is CoverReply.OVER


async def test_cover_that_is_not_needed_any_more_tells_nobody_that_they_stay_on_call(
    database: Database, clock: ManualClock
) -> None:
    for hour in (4, 8):
        await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(hour), at(hour + 2)), ANA)
    await overrides.override(database, COMPANY, PRIMARY, DAVE, at(3), at(19), DAVE)
    clock.forward(hours=2)
    async with database.write() as tx:
        await covers.advance_due(tx, COMPANY)
    await covers.decline(database, COMPANY, CoverId(2), BOB)
    assert (await kinds(database))[-2:] == ["cover_settled", "cover_settled"]
    assert [key for key, _ in await told(database) if "unanswered" in key] == []


async def test_cover_of_time_that_is_taken_in_part_can_be_accepted(database: Database) -> None:
    cover = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(10), at(18)), ANA)
    await overrides.override(database, COMPANY, PRIMARY, DAVE, at(10), at(12), DAVE)
    assert (await covers.accept(database, COMPANY, cover.id, BOB)).reply is CoverReply.DONE
    assert await who(database, at(17)) == ("bob",)


@pytest.mark.parametrize(
    ("by", "starts_at", "ends_at", "people", "field"),
    [
        (BOB, at(10), at(18), (), "shift"),  # ana is on call then
        (ANA, at(10), at(10, 2), (), "shift"),  # from Monday 09:00 on it is bob
        (ANA, at(18), at(10), (), "ends"),
        (ANA, at(10), at(18), (ANA,), "people"),
    ],
)
async def test_cover_can_be_asked_for_ones_own_time_only(
    database: Database,
    by: UserId,
    starts_at: datetime,
    ends_at: datetime,
    people: tuple[UserId, ...],
    field: str,
) -> None:
    with pytest.raises(Wrong) as wrong:
        await covers.ask(database, COMPANY, AskForCover(PRIMARY, starts_at, ends_at, people), by)
    assert wrong.value.field == field
    assert await told(database) == []


async def test_the_same_time_is_asked_for_once(database: Database) -> None:
    cover = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(10), at(18)), ANA)
    with pytest.raises(Wrong, match="already ask for cover"):
        await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(12), at(20)), ANA)
    await covers.withdraw(database, COMPANY, cover.id, ANA)
    again = await covers.ask(database, COMPANY, AskForCover(PRIMARY, at(12), at(20)), ANA)
    assert (again.state, again.id) == (CoverState.OPEN, 2)


async def propose(database: Database) -> SwapId:
    """Ana gives her Saturday for Bob's Tuesday."""
    mine, theirs = Given(PRIMARY, at(10), at(18)), Given(PRIMARY, at(10, 3), at(18, 3))
    return (await swaps.propose(database, COMPANY, mine, BOB, theirs, ANA, "concert")).id


async def test_a_swap_changes_both_shifts_once_both_agree(database: Database) -> None:
    swap = await propose(database)
    assert (await who(database, at(12)), await who(database, at(12, 3))) == (("ana",), ("bob",))
    decision = await swaps.agree(database, COMPANY, swap, BOB)
    assert (decision.reply, decision.swap.state) == (SwapReply.DONE, SwapState.AGREED)
    assert (await who(database, at(12)), await who(database, at(12, 3))) == (("bob",), ("ana",))
    assert (await swaps.agree(database, COMPANY, swap, BOB)).reply is SwapReply.OVER
    assert f"swap:1:swap_settled:{ANA}" in [key for key, _ in await told(database)]


async def test_a_swap_is_off_when_one_of_the_shifts_has_another_owner_by_now(database: Database) -> None:
    swap = await propose(database)
    await overrides.override(database, COMPANY, PRIMARY, DAVE, at(11, 3), at(12, 3), DAVE)
    decision = await swaps.agree(database, COMPANY, swap, BOB)
    assert (decision.reply, decision.swap.state) == (SwapReply.CHANGED, SwapState.CHANGED)
    assert await who(database, at(12)) == ("ana",)


async def test_a_swap_of_a_running_shift_that_is_agreed_late_exchanges_what_is_left(
    database: Database, clock: ManualClock
) -> None:
    mine, theirs = Given(PRIMARY, clock.now(), at(18)), Given(PRIMARY, at(10, 3), at(18, 3))
    swap = (await swaps.propose(database, COMPANY, mine, BOB, theirs, ANA)).id
    clock.forward(hours=5)
    agreed_at = clock.now()
    decision = await swaps.agree(database, COMPANY, swap, BOB)
    assert (decision.swap.first.starts_at, decision.swap.second.starts_at) == (agreed_at, at(10, 3))
    assert await who(database, agreed_at - timedelta(minutes=1)) == ("ana",)
    assert await who(database, agreed_at) == ("bob",)
    async with database.read() as conn:
        assert await load_swap(conn, swap) == decision.swap


async def test_only_whoever_is_asked_can_agree_to_a_swap(database: Database) -> None:
    swap = await propose(database)
    assert (await swaps.agree(database, COMPANY, swap, CAROL)).reply is SwapReply.NOT_YOURS
    assert (await swaps.decline(database, COMPANY, swap, BOB)).swap.state is SwapState.DECLINED


async def test_a_swap_that_nobody_answers_is_off_when_its_first_shift_begins(
    database: Database, clock: ManualClock
) -> None:
    swap = await propose(database)
    clock.forward(hours=8)
    async with database.write() as tx:
        assert await swaps.advance_due(tx, COMPANY) == 1
    assert (await swaps.agree(database, COMPANY, swap, BOB)).swap.state is SwapState.EXPIRED


async def test_a_swap_with_oneself_or_of_anothers_shift_is_refused(database: Database) -> None:
    mine = Given(PRIMARY, at(10), at(18))
    for other, theirs, field in (
        (ANA, Given(PRIMARY, at(19), at(20)), "theirs"),
        (BOB, Given(PRIMARY, at(19), at(20)), "theirs"),
        (CAROL, Given(SECONDARY, at(0, -2), at(1, -2)), "theirs"),
    ):
        with pytest.raises(Wrong) as wrong:
            await swaps.propose(database, COMPANY, mine, other, theirs, ANA)
        assert wrong.value.field == field
    assert await told(database) == []


async def test_whoever_is_away_is_stood_in_for_by_the_next_who_hears_so(database: Database) -> None:
    entered = await time_off.enter(database, COMPANY, ANA, at(10), at(18), ANA, "wedding")
    assert await who(database, at(12)) == ("bob",)
    assert [(one.schedule.id, one.shift.people) for one in entered.consequences] == [
        (PRIMARY, (PersonId("bob"),))
    ]
    keys = [key for key, _ in await told(database)]
    assert keys == [f"time_off:1:{PRIMARY}:{int(at(10).timestamp())}:standing_in:{BOB}"]
    await time_off.end(database, COMPANY, entered.away.id, ANA)
    assert await who(database, at(12)) == ("ana",)
    assert await kinds(database) == ["time_off_entered", "time_off_ended"]
