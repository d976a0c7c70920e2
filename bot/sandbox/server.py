"""The sandbox as an HTTP server on this machine: the Web API, Socket Mode, the hands and the page."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.sandbox import doors, hands
from bot.sandbox.api import serve_api
from bot.sandbox.hands.looking import webhook
from bot.sandbox.manifest import Manifest, load
from bot.sandbox.sandbox import Sandbox

PAGE = Path(__file__).with_name("page")
DEFAULT_MANIFEST = Path(__file__).parents[2] / "slack_app_manifest.yml"
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes; uploads go through memory."""
SHUTDOWN = 0.5
"""Seconds that open requests get when the server ends."""

Handler = Callable[[Sandbox, web.Request], Awaitable[web.StreamResponse]]


class CannotServe(Exception):
    """The sandbox cannot listen there; the message says why and what to do."""


class Running:
    """A sandbox that listens. `url` and `api_url` (for a Slack client's base_url) end with a slash."""

    def __init__(self, sandbox: Sandbox, runner: web.AppRunner, host: str, port: int) -> None:
        self.sandbox = sandbox
        self.port = port
        self.url = f"http://{host}:{port}/"
        self.api_url = f"{self.url}api/"
        self._runner = runner

    @property
    def webhook_url(self) -> str:
        """The incoming webhook of #alerts."""
        return str(webhook(self.sandbox, self.sandbox.workspace.webhooks[0])["url"])

    async def stop(self) -> None:
        """Hang up and free the port."""
        await self.sandbox.close()
        await self._runner.cleanup()


async def start(
    port: int = 0,
    host: str = "127.0.0.1",
    manifest: Manifest | Path | None = None,
    people: Path | None = None,
) -> Running:
    """Listen on loopback; port 0 takes a free one. Raises `CannotServe`, `BadManifest`."""
    _refuse_foreign(host)
    _require(people)
    read = manifest if isinstance(manifest, Manifest) else load(manifest or DEFAULT_MANIFEST)
    listener = _bind(host, port)
    actual = listener.getsockname()[1]
    sandbox = Sandbox(read, people, f"http://{host}:{actual}")
    runner = web.AppRunner(_app(sandbox), access_log=None, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return Running(sandbox, runner, host, actual)


@contextlib.asynccontextmanager
async def serve(
    port: int = 0,
    host: str = "127.0.0.1",
    manifest: Manifest | Path | None = None,
    people: Path | None = None,
) -> AsyncIterator[Running]:
    """A sandbox for as long as the block lasts."""
    running = await start(port, host, manifest, people)
    try:
        yield running
    finally:
        await running.stop()


def _refuse_foreign(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CannotServe(f"The sandbox has no passwords and listens on this machine only, not on {host}.")


def _require(people: Path | None) -> None:
    if people is not None and not people.is_file():
        raise CannotServe(f"There is no file {people} to read people from.")


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise CannotServe(
            f"Port {port} is taken on {host}: stop what uses it or choose another with --port."
            if problem.errno in (98, 48, 10048)
            else f"Cannot listen on {host}:{port}: {problem.strerror}."
        ) from problem
    return listener


def _app(sandbox: Sandbox) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY)

    def bound(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await handler(sandbox, request)

        return serve

    async def link(request: web.Request) -> web.StreamResponse:
        return await sandbox.sockets.serve(request)

    app.add_routes(
        [
            web.route("GET", "/api/{method}", bound(serve_api)),
            web.route("POST", "/api/{method}", bound(serve_api)),
            web.get("/link/", link),
            web.post("/services/{team}/{bot}/{secret}", bound(doors.incoming_webhook)),
            web.post("/response/{team}/{key}", bound(doors.response_url)),
            web.post("/upload/{secret}", bound(doors.upload)),
            web.get("/files/{id}/{name}", bound(doors.download)),
            *hands.routes(sandbox),
            web.get("/", _index),
            web.get("/archives/{channel}/{message}", _permalink),
            web.get("/archives/{channel}", _permalink),
        ]
    )
    if PAGE.is_dir():
        app.router.add_static("/page", PAGE)
    return app


async def _index(request: web.Request) -> web.StreamResponse:
    index = PAGE / "index.html"
    if not index.exists():
        return web.Response(text="The sandbox runs. Its page is not installed.")
    return web.FileResponse(index, headers={"Cache-Control": "no-cache"})


async def _permalink(request: web.Request) -> web.StreamResponse:
    """A permalink opens the page at its channel."""
    raise web.HTTPFound(f"/?in={request.match_info['channel']}")
