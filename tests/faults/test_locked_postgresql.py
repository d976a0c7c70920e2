"""PostgreSQL is restarted while alerts stream in: work resumes within seconds, and what was accepted is there."""

from __future__ import annotations

import asyncio
import logging
import re
import time

import aiohttp

from tests.e2e.world import BotProcess, Hands, eventually
from tests.postgres import Cluster

log = logging.getLogger(__name__)

SENDERS = 4
ENOUGH = 100
RECOVERS_WITHIN_SECONDS = 10.0


class Load:
    """Senders that try again, as Alertmanager does; when each alert was accepted."""

    def __init__(self, bot: BotProcess) -> None:
        self.url = f"{bot.url}/v1/alerts/demo-generic"
        self.accepted: dict[str, float] = {}

    async def send(self, sender: int) -> None:
        async with aiohttp.ClientSession() as http:
            number = 0
            while True:
                key = f"{sender}-{number}"
                body = {"title": f"load {sender}", "dedup_key": key, "service": f"service-{sender}"}
                async with http.post(self.url, json=body) as answer:
                    if answer.status == 202:
                        self.accepted[key] = time.monotonic()
                        number += 1
                await asyncio.sleep(0.05)


async def test_a_restart_of_postgresql_under_load_is_over_in_ten_seconds(
    workspace: Hands, bot: BotProcess, postgres: Cluster
) -> None:
    await bot.start()
    load = Load(bot)
    senders = [asyncio.create_task(load.send(number)) for number in range(SENDERS)]

    async def more_than(count: int) -> bool:
        return len(load.accepted) > count

    await eventually(lambda: more_than(ENOUGH), "alerts stream in")
    postgres.stop()
    before = len(load.accepted)
    postgres.start()
    back = time.monotonic()
    await eventually(lambda: more_than(before + ENOUGH), "alerts stream in again", 60)
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    first = min(at for at in load.accepted.values() if at > back) - back
    log.warning("the first alert is accepted %.2f s after the server is back", first)
    assert first < RECOVERS_WITHIN_SECONDS

    async def all_known() -> bool:
        async with workspace.http.get(f"{bot.url}/metrics") as answer:
            counts = re.findall(r"^tocsin_alerts{.*} (\S+)$", await answer.text(), re.MULTILINE)
        return sum(map(float, counts)) >= len(load.accepted)

    await eventually(all_known, "every accepted alert is known", 60)
    async with workspace.http.get(f"{bot.url}/readyz") as answer:
        assert answer.status == 200
