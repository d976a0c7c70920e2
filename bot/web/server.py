"""One aiohttp server; `/metrics` may have a port of its own."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog
from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.errors import CannotStart
from bot.ingest.http import LARGEST_BODY, Answer, our_fault, refuse, refuse_and_close, response
from bot.web.alert_connection import AlertConnection, Dates

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
STOP_WITHIN_SECONDS = 1.5


class PortTaken(CannotStart):
    """Another program listens where we should."""


class Alerts(Protocol):
    """What becomes of a posted alert; its token and its body are all that is asked."""

    async def take(self, token: str, body: bytes) -> Answer: ...


class Server:
    """Serves routes on a host, each list of them on its port, until it is stopped."""

    def __init__(
        self,
        host: str,
        ports: Mapping[int, Sequence[web.RouteDef]],
        alerts: Alerts | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`alerts` gets what is posted plainly on the first port; its routes are for all other ways to post them."""
        self._host = host
        self._ports = ports
        self._alerts = alerts
        self._dates = Dates((clock or SystemClock()).real)
        self._runners: list[web.AppRunner] = []
        self._listeners: list[asyncio.Server] = []
        self._open: set[AlertConnection] = set()

    async def start(self) -> None:
        """Raises `PortTaken`, or `CannotStart` when the host can't be listened on for another reason."""
        for port, routes in self._ports.items():
            runner = web.AppRunner(
                application(routes),
                access_log=None,  # it would write the tokens that are in the paths
                shutdown_timeout=STOP_WITHIN_SECONDS,
                handle_signals=False,
            )
            await runner.setup()
            self._runners.append(runner)
            try:
                await self._listen(runner, port)
            except OSError as error:
                raise _cannot_listen(self._host, port, error) from error

    @property
    def ports(self) -> tuple[int, ...]:
        """Where it listens, in the order given; what the system chose for a port of 0."""
        return tuple(int(listener.sockets[0].getsockname()[1]) for listener in self._listeners)

    async def stop(self) -> None:
        """Answer what is being answered, then close."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        ends = [asyncio.create_task(connection.finish()) for connection in tuple(self._open)]
        if ends:
            await asyncio.wait(ends, timeout=STOP_WITHIN_SECONDS)
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    async def _listen(self, runner: web.AppRunner, port: int) -> None:
        """Not by aiohttp's own site: a connection begins as ours, and goes to aiohttp when it must."""
        others = runner.server
        assert others is not None, "the runner is set up"
        connection: Callable[[], asyncio.Protocol] = others
        if self._alerts is not None and not self._listeners:
            connection = partial(AlertConnection, self._alerts.take, others, self._dates, self._open)
        listener = await asyncio.get_running_loop().create_server(connection, self._host, port, backlog=128)
        self._listeners.append(listener)


def _cannot_listen(host: str, port: int, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} on {host} is taken by another program. Stop it, or set TOCSIN_HTTP_PORT "
            "(or TOCSIN_METRICS_PORT) to a free one."
        )
    return CannotStart(
        f"Port {port} on {host} cannot be listened on: {error.strerror or error}. "
        "Set TOCSIN_HTTP_HOST and TOCSIN_HTTP_PORT to an address and a port that this machine may use."
    )


def application(routes: Sequence[web.RouteDef]) -> web.Application:
    """An application whose every error is JSON with one sentence."""
    app = web.Application(middlewares=[_errors], client_max_size=LARGEST_BODY)
    app.add_routes(routes)
    app.on_response_prepare.append(_without_banner)
    return app


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return refuse(404, "There is nothing here; alerts go to POST /v1/alerts/<token>.")
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        return refuse(405, f"Use {allowed} here.", headers={"Allow": allowed})
    except web.HTTPRequestEntityTooLarge:
        return refuse(413, f"The body is larger than {LARGEST_BODY // 1024} KB; send fewer alerts at once.")
    except web.HTTPRequestTimeout:
        return refuse_and_close(408, "The body did not come to its end in time; send it again.")
    except web.RequestPayloadError:
        return refuse_and_close(400, "The body is not encoded as its headers say; send plain JSON.")
    except web.HTTPException as error:
        return refuse(error.status, error.reason)
    except Exception:  # the edge of one request: its sender hears a sentence, the log has the rest
        # Not the path: it holds the sender's token.
        log.exception("a request could not be answered", route=_route(request))
        return response(our_fault())


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else 'unknown'}"


async def _without_banner(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
