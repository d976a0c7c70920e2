"""Two pieces of work in a forced order: at each await a seeded die says who goes on, and who waits for the other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Generator
from typing import Any

BLOCKED_AFTER = 0.004
"""Seconds without a step of the other: it waits for our lock, so we go on."""


class Party:
    """One piece of work; `steps` counts the awaits that it has come through."""

    def __init__(self, dice: random.Random, waits_first: int) -> None:
        self.steps = 0
        self.done = False
        self.other: Party = self
        self._dice = dice
        self._waits_first = waits_first
        self._moved = asyncio.Event()

    async def take(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do the work, step by step."""
        try:
            await self._wait_for(self._waits_first)
            await _Stepped(work, self)
        finally:
            self.done = True
            self._moved.set()

    async def turn(self) -> None:
        """Before a step: go on, or let the other make some first."""
        self.steps += 1
        self._moved.set()
        if self._dice.random() < 0.3:
            await self._wait_for(self._dice.randint(1, 12))

    async def _wait_for(self, steps: int) -> None:
        target = self.other.steps + steps
        while self.other.steps < target and not self.other.done:
            self.other._moved.clear()
            try:
                await asyncio.wait_for(self.other._moved.wait(), BLOCKED_AFTER)
            except TimeoutError:
                return


class _Stepped:
    """Runs a coroutine within the task that awaits it, and asks for a turn after each of its awaits."""

    def __init__(self, work: Coroutine[Any, Any, Any], party: Party) -> None:
        self._work = work
        self._party = party

    def __await__(self) -> Generator[Any, None, Any]:
        problem: BaseException | None = None
        while True:
            try:
                waits_for = self._work.send(None) if problem is None else self._work.throw(problem)
            except StopIteration as end:
                return end.value
            problem = None
            try:
                yield waits_for
                yield from self._party.turn().__await__()
            except BaseException as raised:  # a failed future or a cancellation belongs to the work
                problem = raised


async def interleave(
    dice: random.Random, one: Coroutine[Any, Any, Any], two: Coroutine[Any, Any, Any]
) -> None:
    """Both to their ends; who begins, and by how many steps, is the die's as well."""
    head_start = dice.randint(0, 60)
    waits = (0, head_start) if dice.random() < 0.5 else (head_start, 0)
    first, second = (Party(dice, steps) for steps in waits)
    first.other, second.other = second, first
    await asyncio.gather(first.take(one), second.take(two))
