"""Who is on call for a schedule, and until when, whatever the reasons for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.ids import ScheduleId
from bot.queries import who_is_on_call
from bot.store import changes
from bot.store.database import Database
from bot.templates import mrkdwn, say
from bot.usecases import overrides
from tests.company import ANA, BOB, company

COMPANY = company()
PRIMARY = ScheduleId("payments-primary")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""When Ana's week ends and Bob's begins."""


async def answer(database: Database) -> str:
    async with database.read() as conn:
        changed = await changes.since(conn, NOW, COMPANY.schedules.values())
    line = who_is_on_call.of_schedule(COMPANY, COMPANY.schedules[PRIMARY], changed, NOW)
    return mrkdwn.plain(say("on_call_answers", "schedule", line), {ANA: "@ana", BOB: "@bob"})


@pytest.mark.parametrize(
    ("ends_at", "shown"),
    [
        (MONDAY, "@bob (override) until Mon 23 Nov 09:00 UTC and on until Mon 30 Nov 09:00 UTC, then @ana"),
        (MONDAY - timedelta(days=1), "@bob (override) until Sun 22 Nov 09:00 UTC, then @ana"),
        (MONDAY + timedelta(days=8), "@bob (override) until Tue 1 Dec 09:00 UTC, then @ana"),
    ],
)
async def test_whoever_stays_on_call_after_an_override_is_not_named_twice(
    database: Database, ends_at: datetime, shown: str
) -> None:
    await overrides.override(database, COMPANY, PRIMARY, BOB, NOW, ends_at, BOB)
    assert await answer(database) == f"*payments-primary* {shown}"
