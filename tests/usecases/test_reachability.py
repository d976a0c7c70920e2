"""Whether people on call can be woken: quiet hours as Slack tells them, and tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock
from bot.core.quiet_hours import Quiet, quiet_of
from bot.errors import Wrong
from bot.store import quiets, reach_tests
from bot.store.database import Database
from bot.usecases import reachability
from tests.company import ANA, BOB

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
