"""A configuration that another process applied is taken up by the engine, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.config.load import load
from bot.core.catalogue import Catalogue
from bot.core.ids import IntegrationId, PersonId, UserId
from bot.core.user_group import SlackGroup, Told
from bot.engine.refresh import Refresh
from bot.engine.scheduler import Engine
from bot.errors import CannotStart
from bot.store import homes
from bot.store.database import Database
from bot.store.wakeups import WakeUps
from bot.usecases import configuration, user_groups

DEMO = Path(__file__).parents[2] / "manifests" / "demo"
PATIENCE_SECONDS = 20.0


class Running:
    """What a running copy has of the configuration."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.catalogue = Catalogue()
        self.taken_up = asyncio.Event()
        self.refuses = False
        self.read_again = 0
        self.duty = Refresh(db, lambda: self.catalogue, self._take_up, self._read_again)

    async def _take_up(self) -> None:
        if self.refuses:
            raise CannotStart("The integration demo has the demo's token.")
        async with self.db.read() as conn:
            self.catalogue = await configuration.load_catalogue(conn)
        self.taken_up.set()

    async def _read_again(self) -> None:
        self.read_again += 1
        await self._take_up()

    def engine(self, refresh_every: float) -> Engine:
        return Engine([self.duty.duty()], self.db.clock, refresh_every=refresh_every)


@pytest.fixture
async def running(database: Database) -> Running:
    database.clock = SystemClock()
    return Running(database)


@pytest.fixture
async def other(database_url: str, database: Database) -> AsyncIterator[Database]:
    """Another process's way to the same database."""
    db = Database(database_url, SystemClock())
    yield db
    await db.close()


async def test_what_another_process_applied_is_taken_up_at_the_next_look(
    running: Running, other: Database
) -> None:
    engine = running.engine(refresh_every=0.05)
    await engine.start()
    await configuration.apply_configuration(other, load(DEMO, {}))
    await asyncio.wait_for(running.taken_up.wait(), PATIENCE_SECONDS)
    assert (running.catalogue.revision, IntegrationId("demo-generic") in running.catalogue.integrations) == (
        1,
        True,
    )
    await engine.idle()
    assert await running.duty.due() is None
    await engine.stop()


async def test_on_postgresql_it_is_told_at_once(postgres_url: str) -> None:
    db, other = Database(postgres_url, SystemClock()), Database(postgres_url, SystemClock())
    running = Running(db)
    engine = running.engine(refresh_every=3600)
    ears = WakeUps(db.write_engine, engine.wake, "this copy")
    await ears.start()
    await asyncio.wait_for(ears.listening.wait(), PATIENCE_SECONDS)
    await engine.start()
    await engine.idle()
    await configuration.apply_configuration(other, load(DEMO, {}))
    await asyncio.wait_for(running.taken_up.wait(), PATIENCE_SECONDS)
    await engine.stop()
    await ears.stop()
    await other.close()
    await db.close()


async def test_one_that_cannot_be_taken_up_is_told_once_and_the_former_stays(
    running: Running, other: Database, tmp_path: Path
) -> None:
    await configuration.apply_configuration(other, load(DEMO, {}))
    running.refuses = True
    with capture_logs() as lines:
        await running.duty.run()
    assert [line["event"] for line in lines] == [
        "an applied configuration can't be taken up; the former one runs"
    ]
    assert running.catalogue == Catalogue()
    assert await running.duty.due() is None, "not again, before it changes"
    running.refuses = False
    text = "".join(file.read_text() for file in sorted(DEMO.glob("*.yml")))
    (tmp_path / "all.yml").write_text(text.replace("name: Generic JSON", "name: Hooks"))
    await configuration.apply_configuration(other, load(tmp_path / "all.yml", {}))
    await running.duty.run()
    assert running.catalogue.revision == 2


async def test_homes_that_people_look_at_follow_what_was_taken_up(running: Running, other: Database) -> None:
    async with other.write() as tx:
        await homes.seen(tx.conn, UserId("UANA"), tx.real)
    await configuration.apply_configuration(other, load(DEMO, {}))
    await running.duty.run()
    async with other.read() as conn:
        owed = (await conn.execute(text("SELECT key FROM debt"))).scalars().all()
    assert [key for key in owed if "UANA" in key]


async def test_what_slack_told_another_copy_of_user_groups_is_read_again(
    running: Running, other: Database
) -> None:
    await configuration.apply_configuration(other, load(DEMO, {}))
    await running.duty.run()
    group = SlackGroup("S1", "@payments", "Payments", (UserId("UERIN"),))
    async with other.write() as tx:
        await user_groups.told(tx, Catalogue(), [Told(group, UserId("UERIN"), tx.real)])
    assert await running.duty.due() is not None
    await running.duty.run()
    assert running.read_again == 1
    assert running.catalogue.user_groups["@payments"].members == (PersonId("UERIN"),)
    assert await running.duty.due() is None
