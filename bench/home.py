"""From an opened App Home until it is published, in a company of 300 people and 60 schedules."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench import large_company
from bench.figures import Figure, percentile
from bench.world import World, eventually, world

OPENED = 80
"""With an admin's twenty in a hundred of these, fewer than the hundred or so that Slack publishes in a minute."""
REACH = "reach 150 at p99"


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-company-") as name:
        company = large_company.write(Path(name) / "company")
        async with world(company=company, names=large_company.NAMES) as here:
            await large_company.fill(Path(here.bot.database.removeprefix("sqlite+aiosqlite:///")))
            await _calm(here)
            others = [who for who in large_company.NAMES if who != large_company.NAMES[1]]
            before = here.cpu_ms()
            everybody = [await _open(here, others[run % len(others)]) for run in range(OPENED)]
            used = (here.cpu_ms() - before) / OPENED
            admin = [await _open(here, large_company.NAMES[1]) for _ in range(OPENED // 5)]
    return [
        Figure("Home opened to published, p50", percentile(everybody, 0.5), "ms", "300 people, 60 schedules"),
        Figure("Home opened to published, p99", percentile(everybody, 0.99), "ms", REACH),
        Figure(
            "the bot's processor time for each Home", used, "ms", "its event, reading, wording, publishing"
        ),
        Figure("an admin's Home, p50", percentile(admin, 0.5), "ms", "the whole company's load and gaps"),
        Figure("an admin's Home, p99", percentile(admin, 0.99), "ms", REACH),
    ]


async def _calm(here: World) -> None:
    """Until the open pages are sent: Slack takes one message a second and channel, and opens DMs slowly."""

    async def paid() -> bool:
        return len(await here.posts()) >= large_company.OPEN_PAGES

    await eventually(paid, "all open pages are sent", within=120)


async def _open(here: World, who: str) -> float:
    """Milliseconds from the opening until the sandbox has taken the published view."""
    begun = time.monotonic()
    await here.people.call("POST", "home", **{"as": who})
    return (time.monotonic() - begun) * 1000
