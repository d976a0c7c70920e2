"""A start with very many open pages, and what the process holds in memory."""

from __future__ import annotations

import compileall
import time
from datetime import timedelta
from pathlib import Path

import aiohttp

from bench.figures import Figure, median
from bench.filling import open_pages
from bench.world import ROOT, TOKEN, World, eventually, service, world

PAGES = 100_000
ALERTS = 10_000
ALERTS_IN_A_BODY = 250
RUNS = 3


async def measure() -> list[Figure]:
    starts = []
    compileall.compile_dir(ROOT / "bot", quiet=2)  # as an installation leaves it, also where Python may not
    async with world(start=False) as here:
        file = Path(here.bot.database.removeprefix("sqlite+aiosqlite:///"))
        await open_pages(file, PAGES, timedelta(hours=6))
        for _ in range(RUNS):
            starts.append(await _start(here))
            await here.bot.kill()
    async with world() as here:
        await _calm(here)
        idle = here.resident_mb()
        await _hold_alerts(here)
        full = here.resident_mb()
    return [
        Figure(f"start with {PAGES:,} open pages to ready", median(starts), "s", "reach 3"),
        Figure("resident memory, idle", idle, "MB", "reach 150; OnCall 813"),
        Figure(f"resident memory, {ALERTS:,} open alerts", full, "MB", "reach 190"),
    ]


async def _start(here: World) -> float:
    """Seconds from the process's beginning until `/readyz` says 200."""
    begun = time.monotonic()
    await here.bot.start(wait=False)

    async def ready() -> bool:
        try:
            async with here.http.get(f"{here.bot.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    await eventually(ready, "ready", within=60)
    return time.monotonic() - begun


async def _calm(here: World) -> None:
    async def ready() -> bool:
        async with here.http.get(f"{here.bot.url}/readyz") as answer:
            return answer.status == 200

    await eventually(ready, "ready", within=60)


async def _hold_alerts(here: World) -> None:
    """Fire them in large bodies, over all services, and wait until all are folded."""
    for first in range(0, ALERTS, ALERTS_IN_A_BODY):
        body = [
            {"dedup_key": f"held-{one}", "title": f"Disk {one} is full", "service": service(one)}
            for one in range(first, first + ALERTS_IN_A_BODY)
        ]
        async with here.http.post(f"{here.bot.url}/v1/alerts/{TOKEN}", json=body) as answer:
            assert answer.status == 202, await answer.text()

    async def folded() -> bool:
        return await here.metric('tocsin_alerts{status="firing"}') >= ALERTS

    await eventually(folded, f"{ALERTS} alerts are open", within=300)
