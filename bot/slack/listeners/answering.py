"""How an answer reaches the asker: each kind of envelope has its own way, and its own way of saying "not yet"."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.core.ids import ChannelId
from bot.errors import Wrong
from bot.slack.gateway import Gateway, SlackProblem
from bot.slack.listeners.asking import Answer, Asked, FieldErrors, Open, Problem, Push, Redraw, Tell
from bot.slack.modals import text
from bot.slack.modals.form import metadata
from bot.slack.render import late, replies
from bot.slack.render.message import Message

log = structlog.get_logger(__name__)

REPLY_TO = "reply_to"
"""In a form's metadata: the response URL of what opened it."""


class Envelope:
    """A command, and what clicks and shortcuts have in common with it. It is acked once, in `give` or `not_yet`."""

    def __init__(
        self, asked: Asked, body: Mapping[str, Any], ack: AsyncAck, respond: AsyncRespond, gateway: Gateway
    ) -> None:
        self.asked = asked
        self._body = body
        self._ack = ack
        self._respond = respond
        self._gateway = gateway
        self._acked = False
        self._is_late = False
        """Whether the asker was told that it is not saved yet, and waits to hear how it ended."""
        self._opened = ""
        """The modal that this envelope opened: its trigger is good for one, so a further answer takes its place."""

    async def not_yet(self) -> None:
        """It could not be saved yet: Slack stops waiting, and the truth follows."""
        self._is_late = True
        await self._tell(replies.not_saved_yet())

    async def give(self, answer: Answer) -> None:
        match answer:
            case None if self._is_late:
                await self._tell(late.done())
            case None:
                await self.acknowledge()
            case Tell():
                await self._tell(answer.message)
            case Problem():
                await self._tell(answer.message)
            case FieldErrors() | Push():
                raise TypeError("only a form is submitted")
            case Redraw():
                await asyncio.gather(self._redraw(answer.view), self.acknowledge())
            case Open():
                # Both at once: the trigger is good for three seconds, and so is Slack's patience.
                await asyncio.gather(self._open(answer.view), self.acknowledge())

    async def _redraw(self, view: dict[str, Any]) -> None:
        await self._open(view)

    async def acknowledge(self, **reply: Any) -> None:
        if not self._acked:
            self._acked = True
            await self._ack(**reply)

    async def _tell(self, message: Message) -> None:
        if self._acked:
            await self._say(message)
        else:
            await self.acknowledge(text=message.text, blocks=list(message.blocks))

    async def _say(self, message: Message) -> None:
        """By the response URL: it needs no membership in the channel. In the DM when that is used up."""
        answer = await self._respond(
            text=message.text,
            blocks=list(message.blocks),
            response_type="ephemeral",
            replace_original=self.asked.ephemeral,
        )
        if answer.status_code != 200:
            log.info("a response URL was not taken", status=answer.status_code)
            await self._direct(message)

    async def _open(self, view: dict[str, Any]) -> None:
        """Raises `Wrong` when Slack does not show it: the trigger is good for three seconds."""
        if self._opened:
            await self._update(self._carrying(view), self._opened)
            return
        try:
            shown = await self._gateway.call(
                self._opening, trigger_id=self.asked.trigger, view=self._carrying(view)
            )
            self._opened = str((shown.get("view") or {}).get("id", ""))
        except SlackProblem as problem:
            log.warning("a modal was not opened", problem=str(problem))
            raise Wrong(
                "Slack did not open the form in time. Nothing was lost; please try again."
            ) from problem

    @property
    def _opening(self) -> str:
        return "views.open"

    def _carrying(self, view: dict[str, Any]) -> dict[str, Any]:
        """A form's answer goes where the form was asked for: this address works without membership, for 30 minutes."""
        url = self._body.get("response_url") or metadata(self.asked.view or {}).get(REPLY_TO)
        if not url:
            return view
        carried = {**metadata(view), REPLY_TO: url}
        return {**view, "private_metadata": json.dumps(carried)}

    async def _update(self, view: dict[str, Any], view_id: str = "") -> None:
        """The modal that was acted in, or another one; it may have been closed meanwhile."""
        place = view_id or (self.asked.view or {}).get("id")
        try:
            await self._gateway.call("views.update", view_id=place, view=view)
        except SlackProblem as problem:
            log.info("a form was closed before its answer came", problem=str(problem))

    async def _direct(self, message: Message) -> None:
        channel = await self._gateway.direct(self.asked.user)
        await self._gateway.call(
            "chat.postMessage", channel=channel, text=message.text, blocks=list(message.blocks)
        )


class Click(Envelope):
    """A button or menu, in a message, in a modal or on the App Home; or a shortcut."""

    async def _tell(self, message: Message) -> None:
        await self.acknowledge()
        if self._body.get("response_url"):
            await self._say(message)
            return
        try:
            await self._open(_shown(message))
        except Wrong:
            await self._direct(message)

    async def _redraw(self, view: dict[str, Any]) -> None:
        if (self.asked.view or {}).get("type") == "modal":
            await self._update(self._carrying(view))
            if self._opened:  # "not saved yet" stands above it
                await self._update(_shown(late.done()), self._opened)
        else:
            await self._open(view)

    @property
    def _opening(self) -> str:
        """On top of the modal that was clicked in."""
        return "views.push" if (self.asked.view or {}).get("type") == "modal" else "views.open"


class Submission(Envelope):
    """A form: errors go to its fields; anything else closes it and is told where the form came from."""

    async def not_yet(self) -> None:
        await self.acknowledge(response_action="update", view=_shown(replies.not_saved_yet()))

    async def give(self, answer: Answer) -> None:
        if self._acked:
            await self._give_late(answer)
            return
        match answer:
            case None:
                await self.acknowledge()
            case Tell():
                await self.acknowledge(**({"response_action": "clear"} if answer.closes_all else {}))
                await self._tell_in(answer.channel, answer.message)
            case Problem() if not _field(self.asked.view, ""):
                await self.acknowledge(response_action="update", view=_shown(answer.message))
            case Problem():
                errors = {_field(self.asked.view, answer.field): _plain(answer.message)}
                await self.acknowledge(response_action="errors", errors=errors)
            case FieldErrors():
                await self.acknowledge(response_action="errors", errors=answer.by_block)
            case Push():
                await self.acknowledge(response_action="push", view=self._carrying(answer.view))
            case Open() | Redraw():
                await self.acknowledge(response_action="update", view=self._carrying(answer.view))

    async def _give_late(self, answer: Answer) -> None:
        """The form's place says "not saved yet": it says now what came of it."""
        match answer:
            case None:
                await self._update(_shown(late.saved()))
            case Tell():
                await self._update(_shown(answer.message))
                await self._tell_in(answer.channel, answer.message)
            case Problem():
                await self._update(_shown(answer.message))
                await self._direct(answer.message)
            case FieldErrors():
                await self._update(_shown(late.not_saved(answer.by_block.values())))
            case Open() | Push() | Redraw():
                await self._update(answer.view)

    async def _tell_in(self, channel: ChannelId | None, message: Message) -> None:
        if await self._reply(message):
            return
        if channel is None or not await self._whisper(channel, message):
            await self._direct(message)

    async def _reply(self, message: Message) -> bool:
        """Where the form was asked for, if Slack still takes it there."""
        url = metadata(self.asked.view or {}).get(REPLY_TO)
        if not url:
            return False
        try:
            answer = await AsyncRespond(response_url=url)(
                text=message.text,
                blocks=list(message.blocks),
                response_type="ephemeral",
                replace_original=False,
            )
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            log.info("an answer goes elsewhere", problem=str(problem))
            return False
        return bool(answer.status_code == 200)

    async def _whisper(self, channel: ChannelId, message: Message) -> bool:
        try:
            await self._gateway.call(
                "chat.postEphemeral",
                channel=channel,
                user=self.asked.user,
                text=message.text,
                blocks=list(message.blocks),
            )
        except SlackProblem as problem:
            log.info("an answer goes to the DM", problem=str(problem))
            return False
        return True


def _shown(message: Message) -> dict[str, Any]:
    return text.view("Tocsin", message.blocks)


def _field(view: Mapping[str, Any] | None, wrong: str) -> str:
    """The wrong one, or the first: Slack shows errors at input blocks alone."""
    blocks = (view or {}).get("blocks", [])
    fields = [str(block["block_id"]) for block in blocks if block["type"] == "input"]
    return wrong if wrong in fields else next(iter(fields), "")


def _plain(message: Message) -> str:
    """Errors at a field have no markup."""
    return message.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
