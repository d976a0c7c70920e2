"""One aiohttp server; `/metrics` may have a port of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import web

from bot.errors import CannotStart
from bot.ingest.http import LARGEST_BODY, refuse

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
STOP_WITHIN_SECONDS = 1.5


class Server:
    """Serves routes on a host, each list of them on its port, until it is stopped."""

    def __init__(self, host: str, ports: Mapping[int, Sequence[web.RouteDef]]) -> None:
        self._host = host
        self._ports = ports
        self._runners: list[web.AppRunner] = []

    async def start(self) -> None:
        """Raises `CannotStart` when a port is taken."""
        for port, routes in self._ports.items():
            runner = web.AppRunner(
                application(routes),
                access_log=None,
                shutdown_timeout=STOP_WITHIN_SECONDS,
                handle_signals=False,
            )
            await runner.setup()
            self._runners.append(runner)
            try:
                await web.TCPSite(runner, self._host, port).start()
            except OSError as error:
                raise CannotStart(
                    f"Port {port} on {self._host} is taken by another program. Stop it, or set TOCSIN_HTTP_PORT "
                    "(or TOCSIN_METRICS_PORT) to a free one."
                ) from error

    async def stop(self) -> None:
        """Answer what is being answered, then close."""
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()


def application(routes: Sequence[web.RouteDef]) -> web.Application:
    """An application whose every error is JSON with one sentence."""
    app = web.Application(middlewares=[_errors], client_max_size=LARGEST_BODY + 1)
    app.add_routes(routes)
    app.on_response_prepare.append(_without_banner)
    return app


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return refuse(404, "There is nothing here. Alerts go to POST /v1/alerts/<token>.")
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        return refuse(405, f"Use {allowed} here.", headers={"Allow": allowed})
    except web.HTTPException as error:
        return refuse(error.status, error.reason)


async def _without_banner(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
