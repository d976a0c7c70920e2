"""Group commit: many share a transaction, each is answered when its body is durable, none harms another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.ingest import journal as journals
from bot.ingest.journal import CROWD, Journal, JournalFull, NotKept, TooManyWaiting
from bot.store import journal as store
from bot.store.database import Database
from bot.store.journal import NewEntry


class Commits:
    """Counts how often the journal says that it committed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def counted() -> Commits:
    return Commits()


@pytest.fixture
async def journal(database: Database, counted: Commits) -> AsyncIterator[Journal]:
    journal = Journal(database, on_commit=counted)
    await journal.start()
    yield journal
    await journal.stop()


def entry(body: str, integration: str = "demo-generic", key: str | None = None) -> NewEntry:
    return NewEntry(integration, "http", body.encode(), key)


async def kept(database: Database) -> list[str]:
    async with database.read() as conn:
        rows = await conn.execute(text("SELECT body FROM journal ORDER BY id"))
        return [row[0].decode() for row in rows]


async def until_waiting(journal: Journal, count: int) -> None:
    async with asyncio.timeout(60):
        while journal.waiting < count:  # noqa: ASYNC110 - nobody tells when one more waits
            await asyncio.sleep(0.005)


async def test_it_is_durable_when_append_returns(journal: Journal, database: Database) -> None:
    for number in range(5):
        await journal.append(entry(str(number)))
        assert (await kept(database))[-1] == str(number)


async def test_many_that_wait_share_few_commits_and_keep_their_order(
    journal: Journal, database: Database, counted: Commits
) -> None:
    bodies = [str(number) for number in range(400)]
    async with database.write():
        waiting = [asyncio.create_task(journal.append(entry(body))) for body in bodies]
        await until_waiting(journal, len(bodies))
    await asyncio.gather(*waiting)
    assert counted.count <= 2  # the first body may have gone alone
    assert await kept(database) == bodies


@pytest.mark.parametrize("stays_seconds", [0.0, 3_600.0])
async def test_a_crowd_stays_for_a_moment_after_its_answers(
    journal: Journal, database: Database, monkeypatch: pytest.MonkeyPatch, stays_seconds: float
) -> None:
    monkeypatch.setattr(journals, "CROWD_STAYS_SECONDS", stays_seconds)
    for number in range(CROWD + 1):
        await journal.append(entry(str(number)))
        assert not journal.crowded
    async with database.write():
        waiting = [asyncio.create_task(journal.append(entry(str(one)))) for one in range(3 * CROWD)]
        await until_waiting(journal, len(waiting))
        assert journal.crowded
    await asyncio.gather(*waiting)
    assert journal.crowded == (stays_seconds > 0)


async def test_one_bad_entry_harms_no_other(journal: Journal, database: Database) -> None:
    entries = [entry(str(number)) for number in range(20)]
    entries[7] = entry("bad", integration="\ud800")  # no text that a driver can send
    async with database.write():
        waiting = [asyncio.create_task(journal.append(one)) for one in entries]
        await until_waiting(journal, len(entries))
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [number for number, answer in enumerate(answers) if answer is not None] == [7]
    assert isinstance(answers[7], NotKept)
    assert await kept(database) == [str(number) for number in range(20) if number != 7]


async def test_the_same_key_twice_is_kept_once_and_both_are_answered(
    journal: Journal, database: Database
) -> None:
    await journal.append(entry("a", key="slack:Ev1"))
    await asyncio.gather(*(journal.append(entry("a", key="slack:Ev1")) for _ in range(5)))
    await asyncio.gather(journal.append(entry("b")), journal.append(entry("b")))
    assert await kept(database) == ["a", "b", "b"]


async def test_stop_answers_what_was_taken_and_takes_nothing_new(
    journal: Journal, database: Database
) -> None:
    async with database.write():
        waiting = [asyncio.create_task(journal.append(entry(str(number)))) for number in range(10)]
        await until_waiting(journal, 10)
        stopping = asyncio.create_task(journal.stop())
        await asyncio.sleep(0)
        with pytest.raises(JournalFull):
            await journal.append(entry("late"))
    await asyncio.gather(stopping, *waiting)
    assert len(await kept(database)) == 10


async def test_who_waits_too_long_is_told_so_and_leaves_the_place_to_others(
    journal: Journal, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ingest.journal.PATIENCE_SECONDS", 0.05)
    async with database.write():
        answers = await asyncio.gather(
            *(journal.append(entry("late")) for _ in range(3)), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [NotKept] * 3
        assert journal.waiting == 0
    monkeypatch.undo()
    await journal.append(entry("in time"))
    assert (await kept(database))[-1] == "in time"


async def test_it_takes_nothing_before_its_start_and_stops_without_one(database: Database) -> None:
    journal = Journal(database, on_commit=Commits())
    with pytest.raises(JournalFull):
        await journal.append(entry("early"))
    await journal.stop()


async def test_a_database_that_cannot_be_written_keeps_nothing_and_the_writer_goes_on(
    journal: Journal, database: Database, counted: Commits
) -> None:
    async with database.write() as tx:
        await tx.conn.execute(text("ALTER TABLE journal RENAME TO away"))
    answers = await asyncio.gather(
        *(journal.append(entry(str(number))) for number in range(10)), return_exceptions=True
    )
    assert all(isinstance(answer, NotKept) for answer in answers)
    async with database.write() as tx:
        await tx.conn.execute(text("ALTER TABLE away RENAME TO journal"))
    assert await kept(database) == []
    assert counted.count == 0
    await journal.append(entry("later"))
    assert await kept(database) == ["later"]


async def test_who_went_away_does_not_stop_the_writer(journal: Journal, database: Database) -> None:
    async with database.write():
        waiting = [asyncio.create_task(journal.append(entry(str(number)))) for number in range(10)]
        await until_waiting(journal, 10)
        for gone in waiting[::2]:
            gone.cancel()
        await asyncio.sleep(0)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [answer is None for answer in answers] == [False, True] * 5
    assert {"1", "3", "5", "7", "9"} <= set(await kept(database))
    assert journal.waiting == 0


async def test_a_listener_that_fails_is_no_failure_of_what_was_kept(database: Database) -> None:
    def fails() -> None:
        raise RuntimeError("a listener of the test")

    journal = Journal(database, on_commit=fails)
    await journal.start()
    await journal.append(entry("a"))
    await journal.append(entry("b"))
    await journal.stop()
    assert await kept(database) == ["a", "b"]


async def test_one_integration_has_half_of_the_places(database: Database) -> None:
    journal = Journal(database, on_commit=Commits(), limit=4)
    await journal.start()
    async with database.write():
        first = [asyncio.create_task(journal.append(entry("a"))) for _ in range(2)]
        await until_waiting(journal, 2)
        with pytest.raises(TooManyWaiting):
            await journal.append(entry("a"))
        others = [asyncio.create_task(journal.append(entry("b", integration=f"i{n}"))) for n in range(2)]
        await until_waiting(journal, 4)
        with pytest.raises(JournalFull):
            await journal.append(entry("c", integration="i3"))
    await asyncio.gather(*first, *others)
    await journal.stop()


async def test_large_bodies_that_wait_are_bounded_by_their_size(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ingest.journal.MOST_BYTES_WAITING", 1_000)
    journal = Journal(database, on_commit=Commits())
    await journal.start()
    async with database.write():
        first = asyncio.create_task(journal.append(entry("a" * 900)))
        await until_waiting(journal, 1)
        with pytest.raises(JournalFull):
            await journal.append(entry("b" * 200, integration="other"))
    await first
    await journal.append(entry("b" * 200))
    await journal.stop()


async def test_a_problem_is_kept_in_characters_that_every_database_takes(
    database: Database, clock: ManualClock
) -> None:
    async with database.write() as tx:
        await store.append(tx.conn, [entry("a")], clock.now())
        (pending,) = await store.pending(tx.conn, 10)
        await store.failed(tx.conn, pending.id, "no \ud800 and no \x00", clock.now())
    async with database.read() as conn:
        told = await conn.execute(text("SELECT problem FROM journal"))
        assert told.scalar() == "02:47:00 no ? and no "
        assert await store.oldest_pending(conn) == clock.now()
