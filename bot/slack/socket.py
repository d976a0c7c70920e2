"""The sockets over which Slack speaks to us: tokens checked first, two connections, watched, drained at the end.

A socket that Slack refreshes is closed before its successor opens, so the second one covers the gap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncBoltRequest

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.errors import CannotStart
from bot.slack.access import APP_TOKEN, BAD_TOKEN, BOT_TOKEN, token_problem
from bot.slack.counting import Counting
from bot.slack.gateway import Gateway, RateLimited, Refused, SlackProblem, Unavailable
from bot.slack.running import ListeningApp
from bot.store.database import Database

log = structlog.get_logger(__name__)

SOCKETS = 2
PING_EVERY_SECONDS = 3
"""A socket that went silent shows after four missed pings."""
CONNECT_WITHIN_SECONDS = 20.0
ADDRESS_GOOD_SECONDS = 1.0
"""Slack's address opens one socket, once and soon; shorter than `PING_EVERY_SECONDS`, when the next try comes."""
ACK_WITHIN_SECONDS = 3.0
DRAIN_SECONDS = 1.5

NEEDED_SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:write",
        "users:read",
        "users:read.email",
    ]
)
"""Without one of these nobody could be paged or no incident worked on; others (pins, bookmarks) fail one by one."""


@dataclass(frozen=True)
class Identity:
    """Whom the tokens make us, and in which workspace."""

    team_id: str
    team_name: str
    user_id: str
    bot_id: str


class Sockets:
    """Opens, watches and closes the connections; `connected` says how many are alive."""

    def __init__(
        self,
        bolt: ListeningApp,
        app_token: str,
        gateway: Gateway,
        db: Database,
        catalogue: Callable[[], Catalogue],
    ) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._gateway = gateway
        self._db = db
        self._catalogue = catalogue
        self._handlers: list[AsyncSocketModeHandler] = []
        self._refused = False
        """Whether Slack gave no address for a socket when it was asked last."""
        self._opened = asyncio.Event()
        self._keeping_up: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None

    async def identify(self) -> Identity:
        """Try the bot's token: who it makes us.

        Raises `CannotStart` with what to mend, `Unavailable` when Slack can't be asked now.
        """
        answer = await self._ask(BOT_TOKEN, "auth.test")
        if not answer.get("bot_id"):
            raise CannotStart(
                "SLACK_BOT_TOKEN is a person's token. Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions."
            )
        missing = sorted(NEEDED_SCOPES - self._gateway.scopes) if self._gateway.scopes else []
        if missing:
            raise CannotStart(
                f"The Slack app lacks the scopes {', '.join(missing)}. Update it from slack_app_manifest.yml and "
                "install it to the workspace again."
            )
        return Identity(answer["team_id"], answer.get("team", ""), answer["user_id"], answer["bot_id"])

    async def connect(self) -> None:
        """Open the sockets. Raises `Unavailable` when that takes too long; nothing is left open then.

        Raises `CannotStart` for a bad token: the library itself would retry it forever.
        """
        await self._ask(APP_TOKEN, "apps.connections.open", app_token=self._app_token)
        # Bolt asks auth.test once, with the first envelope: better now than within somebody's three seconds.
        await self._bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=_NOTHING))
        try:
            async with asyncio.timeout(CONNECT_WITHIN_SECONDS):
                for _ in range(SOCKETS):
                    await self._open()
        except TimeoutError as error:
            await self._close()
            raise Unavailable("apps.connections.open", "no socket opened in time", certain=True) from error
        await self._bolt.on_connected()
        keeping_up = self._bolt.keep_up(self._opened, self.connected)
        self._keeping_up = asyncio.create_task(keeping_up, name="catch up")
        counting = Counting(self._handler, SOCKETS, self._db, self._catalogue)
        self._counting = asyncio.create_task(counting.run(), name="count sockets")

    async def connected(self) -> int:
        """How many of our sockets are alive."""
        return sum([await handler.client.is_connected() for handler in self._handlers])

    async def stop(self) -> None:
        """Let what runs finish, so that it is acked on the socket it came by; then close."""
        for task in filter(None, (self._keeping_up, self._counting)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if not await self._bolt.running.drained(DRAIN_SECONDS):
            log.warning("a listener was still at work when the sockets closed")
        await self._close()

    async def _open(self) -> None:
        handler = self._handler()
        handler.client.message_listeners.append(self._heard)
        self._handlers.append(handler)
        await handler.connect_async()  # type: ignore[no-untyped-call]

    def _handler(self) -> _Handler:
        handler = _Handler(self._bolt, self._app_token)

        async def address() -> str:
            found = await self._address()
            asyncio.get_running_loop().call_later(ADDRESS_GOOD_SECONDS, handler.forget_address)
            return found

        handler.client.issue_new_wss_url = address  # type: ignore[method-assign]
        return handler

    async def _close(self) -> None:
        handlers, self._handlers = self._handlers, []
        await asyncio.gather(
            *(handler.close_async() for handler in handlers),  # type: ignore[no-untyped-call]
            return_exceptions=True,
        )

    async def _address(self) -> str:
        """Where the next socket opens. The library asks every few seconds while it has none."""
        try:
            answer = await self._gateway.call("apps.connections.open", app_token=self._app_token)
        except SlackProblem as problem:
            if not self._refused:
                log.warning("a socket to Slack cannot be opened; it is tried again", problem=str(problem))
            self._refused = True
            raise
        self._refused = False
        return str(answer["url"])

    async def _ask(self, setting: str, method: str, **arguments: Any) -> dict[str, Any]:
        try:
            return await self._gateway.call(method, **arguments)
        except RateLimited as problem:
            raise Unavailable(method, "it asks to wait", certain=True) from problem
        except Unavailable as problem:
            if problem.reason in BAD_TOKEN:
                raise CannotStart(token_problem(setting, problem.reason)) from problem
            raise
        except Refused as problem:
            if problem.error == "missing_scope":
                needed = problem.response.get("needed", "connections:write")
                raise CannotStart(
                    f"{setting} lacks the scope {needed}. Make a token that has it at api.slack.com/apps."
                ) from problem
            raise CannotStart(token_problem(setting, problem.error)) from problem

    async def _heard(self, _client: Any, message: Mapping[str, Any], _raw: str | None) -> None:
        """Slack's first word on each socket."""
        if message.get("type") == "hello":
            self._opened.set()


TO_WORK_SECONDS = 0.005
"""Until what was just taken from a socket's queue is at work."""


class _Handler(AsyncSocketModeHandler):
    """Counts an envelope as at work until its ack is out: a stop that closes the socket earlier would lose the ack."""

    app: ListeningApp

    def __init__(self, app: ListeningApp, app_token: str) -> None:
        super().__init__(app, app_token, ping_interval=PING_EVERY_SECONDS)
        self._at_work: set[asyncio.Task[None]] = set()

    async def handle(self, client: Any, req: Any) -> None:
        with structlog.contextvars.bound_contextvars(envelope=req.envelope_id):
            work = self.app.running.start(super().handle(client, req), "envelope")
            self._at_work.add(work)
            work.add_done_callback(self._at_work.discard)
            try:
                await work
            except aiohttp.ClientConnectionError as problem:
                log.warning(
                    "a socket closed before an ack was out; Slack sends it again", problem=str(problem)
                )

    def forget_address(self) -> None:
        """The next attempt asks for a new one; the library alone would try a used one forever."""
        self.client.wss_uri = None

    async def drained(self) -> None:
        """Wait until what came over this socket is acked; Slack itself waits no longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ACK_WITHIN_SECONDS):
                while True:
                    if self._at_work:
                        await asyncio.wait(set(self._at_work))
                    await asyncio.sleep(TO_WORK_SECONDS)
                    if not self._at_work and self.client.message_queue.empty():
                        return


_NOTHING: dict[str, Any] = {"type": "event_callback", "event": {"type": "tocsin_nothing"}}
