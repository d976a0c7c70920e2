"""The bolt app: one listener for each thing that people do in Slack, and what happens around them all."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.ingest.journal import Journal
from bot.links import Links
from bot.slack.channels import Channels
from bot.slack.directory import Directory
from bot.slack.gateway import Gateway, SlackProblem
from bot.slack.listeners import (
    commands,
    contacts,
    drills,
    events,
    forms,
    home,
    incidents,
    links,
    merging,
    on_call,
    on_call_calendars,
    on_call_giving,
    on_call_oversight,
    on_call_planning,
    on_call_questions,
    pages,
    people,
    policies,
    schedules,
    shift_changes,
    shortcuts,
    tasks,
)
from bot.slack.listeners.asking import Desk
from bot.slack.listeners.catching_up import CatchUp
from bot.slack.listeners.events import Told
from bot.slack.listeners.serving import Serve
from bot.slack.running import ListeningApp, Running
from bot.slack.watched import Watched
from bot.store.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the app is made of."""

    db: Database
    catalogue: Callable[[], Catalogue]
    gateway: Gateway
    channels: Channels
    directory: Directory
    journal: Journal
    clock: Clock
    links: Links


def bolt_app(client: AsyncWebClient, parts: Parts) -> ListeningApp:
    """Build the app; it does nothing until a socket brings it something."""
    bolt = ListeningApp(client=client, name="tocsin", logger=_quiet(), raise_error_for_unhandled_request=True)
    bolt.running = Running()
    desk = Desk(
        db=parts.db,
        catalogue=parts.catalogue,
        gateway=parts.gateway,
        channels=parts.channels,
        directory=parts.directory,
        clock=parts.clock,
        links=parts.links,
    )
    watched = Watched(parts.catalogue, parts.channels, parts.journal)
    bolt.on_connected = watched.join
    bolt.keep_up = CatchUp(desk, watched, bolt.running).keep_up
    _take_events(bolt, desk, watched)
    serve = Serve(desk, bolt.running)
    modules = (
        commands,
        contacts,
        on_call,
        on_call_calendars,
        on_call_giving,
        on_call_oversight,
        on_call_planning,
        on_call_questions,
        home,
        shift_changes,
        policies,
        schedules,
        people,
        pages,
        incidents,
        forms,
        links,
        tasks,
        merging,
        drills,
        shortcuts,
    )
    for module in modules:
        module.register(bolt, serve)
    bolt.error(_left_over)
    return bolt


def _take_events(bolt: ListeningApp, desk: Desk, watched: Watched) -> None:
    """Events are taken in a middleware: bolt acks them before it runs a listener, and then a failed one is lost."""

    @bolt.middleware
    async def take(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        if body.get("type") != "event_callback":
            await next_()
            return None
        told = Told(body.get("event_id", ""), body["event"], bolt.running.start)
        with structlog.contextvars.bound_contextvars(event_id=told.id):
            await bolt.running.start(_take(desk, watched, told), f"event {told.event.get('type')}")
        return BoltResponse(status=200)


async def _take(desk: Desk, watched: Watched, told: Told) -> None:
    await watched.take(told.event)
    await events.take(desk, told)


async def _left_over(error: Exception, body: dict[str, Any]) -> BoltResponse | None:
    """What no listener took is acked: Slack would show people an error for something that needs no answer."""
    if isinstance(error, BoltUnhandledRequestError):
        kind = body.get("type") or body.get("command")
        action = (body.get("actions") or [{}])[0].get("action_id")
        log.warning("an envelope that nothing listens for", kind=kind, action=action)
        return BoltResponse(status=200)
    log.error("an envelope could not be taken", id=secrets.token_hex(3), exc_info=error)
    return None


def _quiet() -> logging.Logger:
    """Bolt and the SDK speak through their own logger: warnings and worse, into ours."""
    logger = logging.getLogger("slack")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_says_more_than_the_sockets)
    return logger


def _says_more_than_the_sockets(record: logging.LogRecord) -> bool:
    """That it cannot connect the SDK says every few seconds with its stack; `bot.slack.socket` says it once."""
    if record.exc_info and isinstance(record.exc_info[1], SlackProblem):
        return False
    return not record.getMessage().startswith(_NO_CONNECTION)


_NO_CONNECTION = ("Failed to connect", "Failed to check the current session", "Failed to receive or enqueue")
