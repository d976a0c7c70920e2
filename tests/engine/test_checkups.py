"""All who are told on Monday at nine share one look at the company."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.clock import ManualClock
from bot.engine.senders.checkups import HOLDS, Checkups
from bot.links import Links
from bot.signing import Signer
from bot.store.database import Database
from tests.company import company


async def test_many_readers_share_one_look_until_it_is_old_or_the_configuration_changes(
    database: Database, clock: ManualClock
) -> None:
    catalogue = company()
    checkups = Checkups(database, lambda: catalogue, clock, Links(None, Signer(b"a key for the tests alone")))
    first, second = await asyncio.gather(checkups.company(), checkups.company())
    assert first is second
    assert first.findings is second.findings
    assert not first.public_url
    clock.forward(seconds=HOLDS.total_seconds())
    third = await checkups.company()
    assert third is not first
    catalogue = replace(catalogue, revision=2)
    assert (await checkups.company()).catalogue is catalogue
