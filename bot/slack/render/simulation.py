"""A simulated page in lines: for the answer to `/incident drill`, and for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from bot.core.simulation import Simulated
from bot.templates import say
from bot.templates.reading import Reader, text


def as_lines(simulated: Simulated) -> list[str]:
    """A heading, a line for each step with those whom it pages below it, and how it ends; in Slack's markup."""
    return [
        say("simulation", "heading", simulated),
        *_steps(simulated),
        say("simulation", "ending", simulated),
    ]


def as_text(simulated: Simulated, zone: tzinfo) -> str:
    """The same in plain text, by the clocks of a zone."""
    return "\n".join(text(line, Reader(zone=zone)) for line in as_lines(simulated)) + "\n"


def _steps(simulated: Simulated) -> Iterator[str]:
    for step in simulated.steps:
        yield f"{say('simulation', 'step', step, simulated.policy)}"
        yield from (f"    {say('simulation', 'called', one)}" for one in step.called)
        yield from (f"    {say('simulation', 'skipped', one)}" for one in step.skipped)
