"""Is another bot connected with our app's token? It would take a part of the envelopes, and nobody would know.

Slack tells the number of an app's connections on each new one, and at no other time. So every few seconds one more is
opened, asked and closed; what Slack sends over it meanwhile is served like everything else. Only what it sends at the
very moment of the hang-up is lost, as with any socket: whoever clicked sees that it failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from bot.core.catalogue import Catalogue
from bot.slack.gateway import RateLimited, SlackProblem
from bot.store.database import Database
from bot.usecases import notices

log = structlog.get_logger(__name__)

COUNT_EVERY_SECONDS = 6.0
COUNT_AGAIN_AFTER_SECONDS = 2.0
"""Sockets of a process that just died, or another copy's look, are counted for a moment; a second bot stays."""
COUNT_SELDOM_SECONDS = 600.0
"""Once Slack has asked to wait: its limit for new sockets is not settled, and our own need theirs first."""
HELLO_WITHIN_SECONDS = 5.0
PROBES = 1


class Probe(Protocol):
    """A socket that serves what comes, and says when all of it is answered."""

    @property
    def client(self) -> Any: ...

    async def drained(self) -> None: ...

    async def connect_async(self) -> None: ...

    async def close_async(self) -> None: ...


class Counting:
    """Looks again and again until it is stopped; `ours` is how many sockets this process keeps."""

    def __init__(
        self, probe: Callable[[], Probe], ours: int, db: Database, catalogue: Callable[[], Catalogue]
    ) -> None:
        self._probe = probe
        self._ours = ours
        self._db = db
        self._catalogue = catalogue
        self._crowded = False
        self._wait = COUNT_EVERY_SECONDS

    async def run(self) -> None:
        """Never returns; whatever Slack answers, it looks again."""
        self._wait = COUNT_EVERY_SECONDS
        while True:
            await asyncio.sleep(self._wait)
            try:
                await self._look()
            except RateLimited as problem:
                self._wait = max(COUNT_SELDOM_SECONDS, problem.after)
            except (SlackProblem, TimeoutError, OSError) as problem:
                log.debug("the app's connections could not be counted", problem=str(problem))
            except Exception:  # the edge of a loop: a look that breaks must not be the last
                log.exception("counting the app's connections broke")

    async def _look(self) -> None:
        ours = self._ours * await self._db.copies()
        counted = await self._count() - PROBES
        if counted > ours:
            await asyncio.sleep(COUNT_AGAIN_AFTER_SECONDS)
            counted = await self._count() - PROBES
        if counted <= ours:
            self._crowded = False
            return
        if not self._crowded:
            self._crowded = True
            await self._say(counted, ours)

    async def _count(self) -> int:
        """As Slack's hello on a new socket says it."""
        probe = self._probe()
        number: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def heard(_client: Any, message: Mapping[str, Any], _raw: str | None) -> None:
            if message.get("type") == "hello" and not number.done():
                number.set_result(int(message.get("num_connections") or 0))

        probe.client.message_listeners.append(heard)
        try:
            async with asyncio.timeout(HELLO_WITHIN_SECONDS):
                await probe.connect_async()
                return await number
        finally:
            await _hung_up(probe)

    async def _say(self, counted: int, ours: int) -> None:
        log.error(
            "another bot with the same app token is connected and takes a part of Slack's envelopes; stop it",
            connections=counted,
            ours=ours,
        )
        day = self._db.clock.real().date().isoformat()
        data = {"connections": counted, "ours": ours}
        await notices.tell_admins(self._db, self._catalogue(), f"another-bot:{day}", "another_bot", data)


async def _hung_up(probe: Probe) -> None:
    """Also for whoever is cancelled meanwhile: a socket that is not closed takes envelopes that nobody answers."""
    hanging_up = asyncio.create_task(_hang_up(probe), name="hang up")
    try:
        await asyncio.shield(hanging_up)
    except asyncio.CancelledError:
        await hanging_up
        raise


async def _hang_up(probe: Probe) -> None:
    await probe.drained()
    await probe.close_async()
