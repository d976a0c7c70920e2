"""SIGTERM under load: it ends in time, and everything that was answered is stored."""

from __future__ import annotations

import asyncio
import signal

import aiohttp
from sqlalchemy import text

from tests.e2e.world import BotProcess, Hands, eventually

STOPS_WITHIN_SECONDS = 5.0
"""What the operator is promised; the supervisor kills later."""


class Load:
    """Posts distinct alerts from several connections and remembers what was accepted."""

    def __init__(self, bot: BotProcess) -> None:
        self.url = f"{bot.url}/v1/alerts/demo-generic"
        self.accepted: set[str] = set()
        self.refused = 0

    async def post(self, connection: int) -> None:
        async with aiohttp.ClientSession() as http:
            for number in range(100_000):
                key = f"{connection}-{number}"
                body = {"title": f"load {connection}", "dedup_key": key, "service": f"service-{connection}"}
                try:
                    async with http.post(self.url, json=body) as answer:
                        if answer.status != 202:
                            self.refused += 1
                            return
                        self.accepted.add(key)
                except aiohttp.ClientError:
                    return


async def test_sigterm_under_load_ends_in_time_and_loses_nothing_that_was_answered(
    people: Hands, bot_process: BotProcess
) -> None:
    await bot_process.start()
    load = Load(bot_process)
    senders = [asyncio.create_task(load.post(number)) for number in range(8)]

    async def busy() -> bool:
        return len(load.accepted) > 300

    await eventually(busy, "300 alerts are accepted")
    loop = asyncio.get_running_loop()
    asked = loop.time()
    code = await bot_process.process.kill(signal.SIGTERM)
    took = loop.time() - asked
    await asyncio.gather(*senders)
    assert code == 0
    assert took < STOPS_WITHIN_SECONDS
    async with bot_process.opened() as database, database.read() as conn:
        bodies = " ".join(body.decode() for body in await conn.scalars(text("SELECT body FROM journal")))
        if database.is_sqlite:
            assert (await conn.exec_driver_sql("PRAGMA integrity_check")).scalar_one() == "ok"
    missing = {key for key in load.accepted if f'"{key}"' not in bodies}
    assert not missing


async def test_ctrl_c_ends_it_as_well(people: Hands, bot_process: BotProcess) -> None:
    await bot_process.start()
    assert await bot_process.process.kill(signal.SIGINT) == 0
