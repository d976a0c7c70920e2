"""The sign of life after each clean audit: a watcher outside that misses it knows that Tocsin is dead or sick."""

from __future__ import annotations

from collections import Counter

import structlog

from bot.outgoing import Outgoing, OutgoingProblem

log = structlog.get_logger(__name__)


class Heartbeat:
    """Asks one URL, and takes no harm from what comes of it. `pings` counts `answered` and `failed` since the start."""

    def __init__(self, url: str, outgoing: Outgoing) -> None:
        self._url = url
        self._outgoing = outgoing
        self._failing = False
        self.pings: Counter[str] = Counter()

    async def ping(self) -> None:
        """Ask once. Never raises; a failure is logged once until it works again."""
        problem = await self._problem()
        self.pings["failed" if problem else "answered"] += 1
        if problem and not self._failing:
            log.warning("the heartbeat cannot be sent; it is tried again with each audit", problem=problem)
        elif self._failing and not problem:
            log.info("the heartbeat is sent again")
        self._failing = bool(problem)

    async def _problem(self) -> str:
        try:
            answer = await self._outgoing.fetch(self._url)
        except OutgoingProblem as problem:
            return str(problem)
        except Exception as error:  # the edge of the watcher's library: the audit goes on whatever it does
            return f"our error: {type(error).__name__}"
        return "" if answer.ok else f"it answered {answer.status}"
