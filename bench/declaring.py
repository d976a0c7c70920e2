"""From a submitted declare to a channel that people can work in, with 100 ms on each of Slack's answers."""

from __future__ import annotations

import time
from typing import Any

from bench.figures import Figure, median
from bench.world import World, eventually, world

LATENCY_MS = 100.0
RUNS = 9
REFERENCE = "reach 280; incidentbot 837 ms (8 calls), Dispatch 15 calls and more"


async def measure() -> list[Figure]:
    async with world() as here:
        await here.people.call("POST", "faults", latency_ms=LATENCY_MS)
        usable, pinned = zip(*[await _declare(here, run) for run in range(RUNS)], strict=True)
    return [
        Figure("declare to channel, invited, card", median(usable), "ms", REFERENCE),
        Figure("declare to pinned card", median(pinned), "ms", "3 round trips of 100 ms"),
    ]


async def _declare(here: World, run: int) -> tuple[float, float]:
    """Milliseconds from the submission until the card is there for the declarer, and until it is pinned."""
    who = f"person-{run + 30:02}"
    title = f"Bench incident {run}"
    await here.people.command(who, f"/incident declare {title}")
    known = await here.people.calls()
    since = known[-1]["n"]
    begun = time.time()
    await here.people.submit(who, Severity="SEV2", Service=f"service-{run + 1:03}")
    done: dict[str, float] = {}

    async def complete() -> bool:
        done.update(_milestones(await here.people.calls(since=since)))
        return len(done) == 4

    await eventually(complete, f"{title} has a channel with a pinned card")
    pinned = done.pop("pin")
    return (max(done.values()) - begun) * 1000, (pinned - begun) * 1000


def _milestones(calls: list[dict[str, Any]]) -> dict[str, float]:
    """When each was done: a call takes effect after its latency."""
    found: dict[str, float] = {}
    channel = ""
    done = [(call, call["at"] + LATENCY_MS / 1000) for call in calls if call["answer"].get("ok")]
    for call, _ in done:
        if call["method"] == "conversations.create":
            channel = call["answer"]["channel"]["id"]
    for call, at in done:
        match call["method"]:
            case "conversations.create":
                found["channel"] = at
            case "conversations.invite":
                found.setdefault("invite", at)
            case "chat.postMessage" if call["args"]["channel"] == channel:
                found.setdefault("card", at)
            case "pins.add":
                found["pin"] = at
            case _:
                pass
    return found
