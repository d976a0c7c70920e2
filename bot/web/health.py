"""`/healthz`, `/readyz` and `/metrics`: whether it lives, whether it can do its job, and in numbers how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from bot.ingest.http import answer
from bot.queries.health import Counts
from bot.web import metrics
from bot.web.metrics import Measured

log = structlog.get_logger(__name__)

CHECKED_WITHIN_SECONDS = 3.0
"""Real time; who asks for readiness waits a few seconds at most."""

Check = Callable[[], Awaitable[str]]
"""Answers an empty text when all is well, else the problem in a sentence."""


class Health:
    """The handlers."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        counts: Callable[[], Awaitable[Counts]],
        measured: Callable[[], Awaitable[Measured]],
        stalled: Callable[[], Sequence[str]],
        notes: Mapping[str, Check] | None = None,
    ) -> None:
        """`notes` are told beside the checks: what is wrong there does not make it unready."""
        self._checks = checks
        self._notes = notes or {}
        self._counts = counts
        self._measured = measured
        self._stalled = stalled
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self.healthz), web.get("/readyz", self.readyz)]

    def metrics_routes(self) -> list[web.RouteDef]:
        return [web.get("/metrics", self.metrics)]

    async def healthz(self, _request: web.Request) -> web.Response:
        """200 when the process answers and its duties run, 503 with those that hang: a restart is the cure."""
        stalled = self._stalled()
        if stalled:
            return answer(503, {"status": "stalled", "stalled": list(stalled)})
        return answer(200, {"status": "alive"})

    async def readyz(self, _request: web.Request) -> web.Response:
        """200 when every part is ready, else 503; the body says which is not and why."""
        checks = {**self._checks, **self._notes}
        told = await asyncio.gather(*(_problem(check) for check in checks.values()))
        problems = dict(zip(checks, told, strict=True))
        ready = not any(problems[name] for name in self._checks)
        parts = {name: problem or "ready" for name, problem in problems.items()}
        return answer(200 if ready else 503, {"status": "ready" if ready else "not ready", **parts})

    async def metrics(self, _request: web.Request) -> web.Response:
        """Counts as the database has them at this moment, and what this process saw."""
        body = metrics.text(await self._counts(), await self._measured()) + generate_latest(self._process)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _problem(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECKED_WITHIN_SECONDS):
            return await check()
    except TimeoutError:
        return f"no answer within {CHECKED_WITHIN_SECONDS:g} s"
    except Exception:  # the edge of one check: not ready is an answer, and the others are still told
        log.exception("a readiness check failed")
        return "it could not be checked; the log says why"
