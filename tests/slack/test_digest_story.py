"""So many pages that they come together: one message, one touch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core import storm
from bot.core.ids import TOCSIN
from bot.core.page import PageState
from bot.usecases import paging
from tests.company import CHECKOUT, SEV1
from tests.slack.office import Hands, Office, eventually

MANY = 2


async def test_what_follows_in_a_storm_comes_in_one_message_and_is_taken_at_one_touch(
    office: Office, people: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storm, "MANY", MANY)  # Slack takes one message a second
    async with office.db.write() as tx:
        for number in range(MANY + 3):
            await paging.begin(
                tx,
                office.catalogue(),
                service=CHECKOUT,
                title=f"Disk {number} is full",
                severity=SEV1,
                by=TOCSIN,
                group=False,
            )
    office.clock.forward(timedelta(seconds=61))
    office.engine.wake("reach")
    digest = await people.sees("ana", "3 more pages wait for you")
    assert f"P-{MANY + 3} SEV1 checkout: Disk {MANY + 2} is full" in digest["plain"]
    await people.click("ana", f"Acknowledge all {MANY + 3}", "@Tocsin", ts=digest["ts"])

    async def held() -> bool:
        return (await office.page_now(MANY + 3)).state is PageState.ACKNOWLEDGED  # type: ignore[arg-type]

    await eventually(held, "ana has them")
