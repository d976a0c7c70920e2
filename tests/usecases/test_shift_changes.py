"""Changes of shift in a real database: told once, whatever happens between, to whom they concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue
from bot.core.ids import ScheduleId
from bot.engine.duties import HandOff
from bot.errors import Wrong
from bot.store import handoff_notes as note_store
from bot.store import shift_watches, timeline
from bot.store.database import Database
from bot.usecases import hand_offs, handoff_notes, overrides, shift_changes, time_off
from tests.company import ANA, BOB, CAROL, DAVE, company

COMPANY = company()
PRIMARY, SECONDARY = ScheduleId("payments-primary"), ScheduleId("payments-secondary")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""Ana and Carol have been on call; Bob and Dave are, from then on."""


async def told(db: Database, of: ScheduleId = PRIMARY) -> list[tuple[str, str]]:
    """What was told to whom, in order."""
    async with db.read() as conn:
        rows = await conn.execute(text("SELECT key FROM debt ORDER BY id"))
        keys = [str(row.key).rsplit(":", 2) for row in rows if str(row.key).startswith(f"shift:{of}:")]
    return [(what, to) for _, what, to in keys]


async def look(db: Database, catalogue: Catalogue = COMPANY) -> None:
    await hand_offs.advance_due(db, catalogue)


async def run_until(db: Database, clock: ManualClock, end: datetime, pause: timedelta = timedelta()) -> None:
    """As the engine does: at each time that is due; but for changes of shift, no sooner than a pause later."""
    duty = HandOff(db, lambda: COMPANY)
    while True:
        due = await duty.due()
        if due is None or due > end:
            break
        at = max(due, min(await next_change(db), clock.now() + pause, end))
        clock.forward(seconds=max(0.0, (at - clock.now()).total_seconds()))
        await duty.run()
    clock.forward(seconds=(end - clock.now()).total_seconds())


async def next_change(db: Database) -> datetime:
    """When a schedule is to be looked at next."""
    async with db.read() as conn:
        watches = await shift_watches.every(conn)
    return min((watch.due_at for watch in watches.values()), default=db.clock.now())


async def test_a_schedule_that_is_seen_for_the_first_time_is_only_watched(database: Database) -> None:
    await look(database)
    assert await told(database) == []
    async with database.read() as conn:
        seen = await shift_watches.every(conn)
    assert {watch.schedule: watch.on_call for watch in seen.values()} == {
        PRIMARY: ("ana",),
        SECONDARY: ("carol",),
    }
    assert {watch.due_at for watch in seen.values()} == {MONDAY - timedelta(hours=24)}


async def test_people_hear_before_and_at_each_of_two_hand_offs(
    database: Database, clock: ManualClock
) -> None:
    # User groups are looked at each quarter of an hour: 980 times until then.
    await run_until(database, clock, MONDAY + timedelta(days=8), pause=timedelta(hours=6))
    assert await told(database) == [
        ("shift_upcoming", BOB),
        ("shift_over", ANA),
        ("shift_begun", BOB),
        ("shift_upcoming", ANA),
        ("shift_over", BOB),
        ("shift_begun", ANA),
    ]
    assert len(await told(database, SECONDARY)) == 6


async def notices(db: Database) -> list[tuple[str, str]]:
    """Everything that is told of payments-primary or of an override, and to whom."""
    async with db.read() as conn:
        rows = await conn.execute(text("SELECT key FROM debt WHERE kind = 'notice' ORDER BY id"))
        keys = [str(row.key) for row in rows]
    return [(key.rsplit(":", 2)[1], key.rsplit(":", 2)[2]) for key in keys if SECONDARY not in key]


async def test_an_override_for_others_that_begins_now_is_told_once(
    database: Database, clock: ManualClock
) -> None:
    await look(database)
    now = clock.now()
    made = await overrides.override(
        database, COMPANY, PRIMARY, DAVE, now, now + timedelta(days=3), CAROL, "Ana travels"
    )
    await look(database)
    assert sorted(await notices(database)) == sorted(
        [("override_made", BOB), ("shift_begun", DAVE), ("shift_over", ANA)]
    )  # Bob's turn comes on Monday, so that he hears of it now
    clock.forward(hours=1)
    await overrides.end(database, COMPANY, made.override.id, CAROL)
    await look(database)
    assert sorted((await notices(database))[3:]) == sorted(
        [("override_ended", BOB), ("shift_begun", ANA), ("shift_over", DAVE)]
    )


async def test_an_override_within_ones_own_week_is_told_by_nothing_but_itself(
    database: Database, clock: ManualClock
) -> None:
    """It changes nothing now, and the time after their turn must be known."""
    await look(database)
    now = clock.now()
    await overrides.override(database, COMPANY, PRIMARY, ANA, now, now + timedelta(days=3), CAROL)
    await look(database)
    assert sorted(await notices(database)) == sorted([("override_made", ANA), ("override_made", BOB)])


async def test_time_off_that_begins_now_is_told_once_and_so_is_its_end(
    database: Database, clock: ManualClock
) -> None:
    await look(database)
    now = clock.now()
    entered = await time_off.enter(database, COMPANY, ANA, now, now + timedelta(hours=8), ANA)
    await look(database)
    assert sorted(await notices(database)) == sorted([("shift_begun", BOB), ("shift_over", ANA)])
    clock.forward(hours=1)
    await time_off.end(database, COMPANY, entered.away.id, ANA)
    await look(database)
    assert sorted((await notices(database))[2:]) == sorted([("shift_begun", ANA), ("shift_over", BOB)])


async def test_whoever_was_to_stand_in_hears_that_the_time_off_was_taken_back(
    database: Database, clock: ManualClock
) -> None:
    await look(database)
    at = clock.now() + timedelta(hours=8)
    entered = await time_off.enter(database, COMPANY, ANA, at, at + timedelta(hours=8), ANA)
    await time_off.end(database, COMPANY, entered.away.id, ANA)
    await look(database)
    assert await notices(database) == [("standing_in", BOB), ("stand_in_ended", BOB)]


async def test_an_override_is_told_at_its_beginning_and_its_end(
    database: Database, clock: ManualClock
) -> None:
    await look(database)
    at = clock.now() + timedelta(hours=3)
    await overrides.override(database, COMPANY, PRIMARY, BOB, at, at + timedelta(hours=8), CAROL)
    await run_until(database, clock, at + timedelta(hours=9))
    assert await told(database) == [
        ("shift_upcoming", BOB),
        ("shift_over", ANA),
        ("shift_begun", BOB),
        ("shift_over", BOB),
        ("shift_begun", ANA),
    ]


async def test_whoever_takes_over_now_hears_so_at_once_and_so_does_the_other(
    database: Database, clock: ManualClock
) -> None:
    await look(database)
    clock.forward(hours=1)
    await overrides.take(database, COMPANY, PRIMARY, BOB, timedelta(hours=2))
    await look(database)
    assert await told(database) == [("shift_over", ANA), ("shift_begun", BOB)]


async def test_a_day_without_the_program_tells_each_change_once_with_the_truth_of_now(
    database: Database, database_url: str, clock: ManualClock
) -> None:
    """A shift of Dave's came and went meanwhile: nobody is told that it begins."""
    await look(database)
    at = clock.now() + timedelta(hours=60)
    await overrides.override(database, COMPANY, PRIMARY, DAVE, at, at + timedelta(hours=2), CAROL)
    await look(database)
    clock.forward(hours=80)
    again = Database(database_url, clock)
    await look(again)
    await look(again)
    await again.close()
    assert await told(database) == [("shift_over", ANA), ("shift_begun", BOB)]


async def test_what_is_lost_before_its_commit_is_told_by_the_next_look(
    database: Database, clock: ManualClock
) -> None:
    class Killed(Exception):
        pass

    await look(database)
    clock.forward(hours=60)
    with pytest.raises(Killed):
        async with database.write() as tx:
            await shift_changes.advance_due(tx, COMPANY)
            raise Killed
    assert await told(database) == []
    await look(database)
    await look(database)
    assert await told(database) == [("shift_over", ANA), ("shift_begun", BOB)]


async def test_a_channel_hears_of_each_change_where_that_is_wanted(
    database: Database, clock: ManualClock
) -> None:
    announced = replace(COMPANY.schedules[PRIMARY], announce="#payments", remind_before=timedelta())
    catalogue = replace(COMPANY, schedules={PRIMARY: announced})
    await look(database, catalogue)
    clock.forward(hours=60)
    await look(database, catalogue)
    async with database.read() as conn:
        rows = await conn.execute(text("SELECT key, lane FROM debt WHERE kind = 'notice' ORDER BY id"))
        lanes = [row.lane for row in rows if not row.key.startswith("digest:")]
    assert lanes == [f"notice:{ANA}", f"notice:{BOB}", "notice:#payments"]


async def test_a_schedule_that_is_gone_is_forgotten_and_a_new_one_is_watched(database: Database) -> None:
    await look(database)
    await look(database, replace(COMPANY, schedules={SECONDARY: COMPANY.schedules[SECONDARY]}))
    async with database.read() as conn:
        assert set(await shift_watches.every(conn)) == {SECONDARY}
    await look(database)
    async with database.read() as conn:
        assert set(await shift_watches.every(conn)) == {PRIMARY, SECONDARY}


async def test_a_look_costs_as_many_statements_for_sixty_schedules_as_for_two(
    database: Database, clock: ManualClock
) -> None:
    one = COMPANY.schedules[PRIMARY]
    many = {ScheduleId(f"s{n}"): replace(one, id=ScheduleId(f"s{n}")) for n in range(60)}
    few = await statements_of_a_hand_off(database, clock, COMPANY)
    assert await statements_of_a_hand_off(database, clock, replace(COMPANY, schedules=many)) <= few


async def statements_of_a_hand_off(database: Database, clock: ManualClock, catalogue: Catalogue) -> int:
    await look(database, catalogue)
    clock.forward(hours=7 * 24)
    seen: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.write_engine.sync_engine, "before_cursor_execute", count)
    await look(database, catalogue)
    event.remove(database.write_engine.sync_engine, "before_cursor_execute", count)
    return len(seen)


async def test_a_note_left_before_the_end_waits_and_one_left_after_it_is_told_to_whoever_has_it(
    database: Database, clock: ManualClock
) -> None:
    await handoff_notes.leave(database, COMPANY, PRIMARY, MONDAY, ANA, "The queue is slow")
    assert await owed_notes(database) == []
    clock.forward(hours=60)
    left = await handoff_notes.leave(database, COMPANY, PRIMARY, MONDAY, ANA, "The queue is slow, see INC-4")
    assert await owed_notes(database) == [BOB]
    async with database.read() as conn:
        kept = await note_store.since(conn, PRIMARY, MONDAY)
        facts = await timeline.of_schedule(conn, PRIMARY)
    assert kept == (left,)
    assert [fact.kind for fact in facts] == ["handoff_note_left", "handoff_note_left"]


async def test_an_empty_note_is_refused_at_its_field(database: Database) -> None:
    with pytest.raises(Wrong, match="Nothing was saved") as wrong:
        await handoff_notes.leave(database, COMPANY, PRIMARY, MONDAY, ANA, "  ")
    assert wrong.value.field == "note"


async def owed_notes(database: Database) -> list[str]:
    async with database.read() as conn:
        rows = await conn.execute(text("SELECT key FROM debt WHERE key LIKE 'handoff_note:%' ORDER BY id"))
        return [str(row.key).rpartition(":")[2] for row in rows]


async def test_a_look_that_sees_nothing_writes_nothing(database: Database, clock: ManualClock) -> None:
    """Each override makes all schedules be looked at."""
    await look(database)
    async with database.read() as conn:
        before = await shift_watches.every(conn)
    clock.forward(hours=2)
    await look(database)
    async with database.read() as conn:
        assert await shift_watches.every(conn) == before
    at = clock.now() + timedelta(hours=2)
    await overrides.override(database, COMPANY, PRIMARY, BOB, at, at + timedelta(hours=2), CAROL)
    await look(database)
    async with database.read() as conn:
        after = await shift_watches.every(conn)
    assert after[PRIMARY].due_at == at - timedelta(hours=1)
    assert after[SECONDARY] == before[SECONDARY]
