"""What happens around every listener: once, by whom, with patience, and with a kind word when it fails."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.core import permissions
from bot.core.permissions import Action, Standing
from bot.errors import NotAllowed, TocsinError
from bot.slack.listeners.answering import Envelope
from bot.slack.listeners.asking import Answer, Asked, Desk, Listener, Problem, asked_of
from bot.slack.render import replies
from bot.slack.render.message import sentence
from bot.slack.running import Running
from bot.templates import mrkdwn
from bot.usecases import receipts
from bot.usecases.members import require

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
"""Slack waits three; the rest is for the way."""
MOST_REMEMBERED = 10_000

Handler = Callable[..., Awaitable[None]]


class Serve:
    """Makes a bolt handler of a listener.

    The listener runs to its end before the envelope is acked. When that takes more than two seconds (the database can't
    be written), the asker is told "not saved yet", and the truth afterwards.
    """

    def __init__(self, desk: Desk, running: Running) -> None:
        self._desk = desk
        self._running = running
        self._seen: OrderedDict[str, None] = OrderedDict()

    def __call__(
        self,
        listener: Listener,
        action: Action,
        kind: type[Envelope] = Envelope,
        *,
        once: bool = False,
    ) -> Handler:
        """`action`: what the asker must be allowed. `once`: the use case itself could not tell a repeated envelope."""

        async def handle(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
            asked = asked_of(body)
            envelope = kind(asked, body, ack, respond, self._desk.gateway)
            name = f"{listener.__module__.rpartition('.')[2]}.{getattr(listener, '__name__', 'listener')}"
            structlog.contextvars.bind_contextvars(user=asked.user, **_about(asked, body))
            await self._running.start(self._serve(envelope, listener, action, once, name), name)

        return handle

    async def _serve(
        self, envelope: Envelope, listener: Listener, action: Action, once: bool, name: str
    ) -> None:
        if not self._first_time(envelope.asked.trigger):
            await envelope.acknowledge()
            return
        work = self._running.start(
            self._answer(envelope.asked, listener, action, once, name), f"{name}: answer"
        )
        try:
            done, _ = await asyncio.wait({work}, timeout=PATIENCE_SECONDS)
            if not done:
                await envelope.not_yet()
            await envelope.give(await work)
        except TocsinError as problem:
            log.warning("an answer could not be given", listener=name, problem=str(problem))
            await self._apologize(envelope, Problem(sentence(mrkdwn.escape(str(problem)))))
        except Exception:  # the edge of one envelope: our bug becomes an id and a kind word
            await self._apologize(envelope, _our_fault(name))

    async def _answer(
        self, asked: Asked, listener: Listener, action: Action, once: bool, name: str
    ) -> Answer:
        try:
            await self._check(asked, action)
            if once and not await receipts.first_time(self._desk.db, f"trigger:{asked.trigger}"):
                return None
            return await listener(self._desk, asked)
        except TocsinError as problem:
            log.info("a person was refused", listener=name, problem=str(problem))
            return Problem(sentence(mrkdwn.escape(str(problem))), getattr(problem, "field", ""))
        except Exception:  # the edge of one listener: our bug becomes an id and a kind word
            return _our_fault(name)

    async def _apologize(self, envelope: Envelope, problem: Problem) -> None:
        try:
            await envelope.give(problem)
        except Exception:  # the edge of telling: Slack takes no answer, there is nobody left to tell
            log.exception("an asker could not be told")

    async def _check(self, asked: Asked, action: Action) -> None:
        """Raises `NotAllowed`. Whose workspace the asker is of, the payload knows before the directory does."""
        if asked.asker_team and asked.asker_team != asked.home_team:
            raise NotAllowed(permissions.refusal(action, Standing.FOREIGNER))
        await self._desk.directory.meet(asked.user)
        async with self._desk.db.read() as conn:
            await require(conn, action, asked.user)

    def _first_time(self, trigger: str) -> bool:
        """Slack repeats envelopes, on any socket of ours."""
        if not trigger:
            return True
        if trigger in self._seen:
            return False
        self._seen[trigger] = None
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return True


def _about(asked: Asked, body: Mapping[str, Any]) -> dict[str, str]:
    """What a clicked button belongs to, so that also a line written before it is loaded says so."""
    kind = str((body.get("actions") or [{}])[0].get("action_id", "")).partition("_")[0]
    number = asked.value.rpartition(":")[2]
    prefix = {"page": "P", "incident": "INC"}.get(kind)
    return {kind: f"{prefix}-{number}"} if prefix and number.isdecimal() else {}


def _our_fault(name: str) -> Problem:
    """To be called while the exception is handled, so that the log has it."""
    error_id = secrets.token_hex(3)
    log.exception("a listener broke", listener=name, id=error_id)
    return Problem(replies.our_fault(error_id))
