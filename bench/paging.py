"""From a webhook to a DM, and from a click to its acknowledgment, over the wire."""

from __future__ import annotations

import time

from bench.figures import Figure, median, percentile
from bench.world import World, eventually, paced, world

SERVICES = 240
PER_SECOND = 20.0
RUNS = 3
WARM_PER_SECOND = 3.0
"""Slack lets a bot open some 50 DMs a minute; each person's is open before the measuring begins."""


async def measure() -> list[Figure]:
    async with world() as here:
        await open_dms(here)
        journeys, clicks, used = [], [], []
        for run in range(RUNS):
            before = here.cpu_ms()
            journeys.append(await _fire_all(here, run))
            used.append((here.cpu_ms() - before) / SERVICES)
            clicks.append(await _acknowledge_all(here))
            await _resolve_all(here, run)
    oncall = "Grafana OnCall 1,120 ms p50; Alertmanager, in memory and without a page, 1.2 ms"
    return [
        Figure("webhook to DM, p50", median(median(one) for one in journeys), "ms", f"reach 15; {oncall}"),
        Figure("webhook to DM, p99", median(percentile(one, 0.99) for one in journeys), "ms", "reach 60"),
        Figure("the bot's processor time for each of them", median(used), "ms", "20/s leave 50 of a core"),
        Figure(
            "Acknowledge click to ack, p99",
            median(percentile(one, 0.99) for one in clicks),
            "ms",
            "reach 50; Slack's limit is 3,000",
        ),
    ]


async def open_dms(here: World) -> None:
    """Each person's, by a page that is resolved again."""
    await paced((here.fire(one, f"warm-{one}") for one in range(60)), WARM_PER_SECOND)
    await _posted(here, 60, "warm-")
    await paced((here.fire(one, f"warm-{one}", "resolved") for one in range(60)), PER_SECOND)


async def _posted(here: World, count: int, what: str) -> None:
    async def all_there() -> bool:
        return len(await here.posts()) >= count

    await eventually(all_there, f"{count} pages are in DMs ({what})", within=60)


async def _fire_all(here: World, run: int) -> list[float]:
    """Milliseconds from the moment each POST began to its page's arrival at Slack."""
    before = len(await here.posts())
    begun: dict[str, float] = {}

    async def fire(number: int) -> None:
        begun[f"service-{number + 1:03}"] = time.time()
        await here.fire(number, f"run-{run}-{number}")

    await paced((fire(one) for one in range(SERVICES)), PER_SECOND)
    await _posted(here, before + SERVICES, f"run {run}")
    arrived: dict[str, float] = {}
    for call in (await here.posts())[before:]:
        name = next(name for name in begun if name in call["args"]["text"])
        arrived.setdefault(name, call["at"])
    return [(arrived[name] - at) * 1000 for name, at in begun.items()]


async def _acknowledge_all(here: World) -> list[float]:
    """What the sandbox measured between sending each click and its ack; it waits three seconds, as Slack does."""
    took: list[float] = []

    async def click(number: int) -> None:
        answer = await here.people.click(f"person-{number % 60 + 1:02}", "Acknowledge", "@Tocsin")
        took.append(float(answer["ack_ms"]))

    await paced((click(one) for one in range(SERVICES)), PER_SECOND)
    return took


async def _resolve_all(here: World, run: int) -> None:
    await paced((here.fire(one, f"run-{run}-{one}", "resolved") for one in range(SERVICES)), PER_SECOND)

    async def calm() -> bool:
        return await here.metric('tocsin_alerts{status="firing"}') == 0

    await eventually(calm, "all alerts are resolved", within=60)
