"""`make bench`: measure, print the table, write `bench.json`. With names of measures, only those."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from bench import burst, declaring, escalation, holding, home, intake, on_call, paging
from bench.figures import Figure, as_json, as_table
from bot import logs

RESULT = Path("bench.json")
MEASURES: dict[str, Callable[[], Awaitable[Sequence[Figure]]]] = {
    "paging": paging.measure,
    "declaring": declaring.measure,
    "burst": burst.measure,
    "escalation": escalation.measure,
    "intake": intake.measure,
    "holding": holding.measure,
    "on_call": on_call.measure,
    "home": home.measure,
}


async def measured(names: Sequence[str]) -> tuple[list[Figure], list[str]]:
    """The figures, and the names of what could not be measured."""
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            figures += await MEASURES[name]()
        except Exception:  # the edge of one measure: the others are told all the same
            traceback.print_exc()
            failed.append(name)
    return figures, failed


def tell(figures: Sequence[Figure]) -> None:
    RESULT.write_bytes(as_json(figures))
    print(as_table(figures))
    load = os.getloadavg()[1]
    print(f"\n{os.cpu_count()} cores, load {load:.1f} over five minutes; written to {RESULT}")


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in MEASURES]
    if unknown:
        raise SystemExit(f"There is no measure {unknown[0]}; there are {', '.join(MEASURES)}.")
    logs.set_up("ERROR", "text", ())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures, failed = runner.run(measured(sys.argv[1:]))
    tell(figures)
    if failed:
        raise SystemExit(f"Not measured, see above: {', '.join(failed)}.")
