"""What an incident says in Slack: its card, its announcement, and the posts in its channel.

The card and the announcement are edited in place. The version that is kept with a message is a fingerprint of what it
shows, because the card also tells of pages and alerts, which have versions of their own: an edit that would change
nothing is not sent.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import orjson

from bot.core.catalogue import Catalogue
from bot.core.debts import PAGE_KINDS, Debt, Failed, Outcome, Retry, Sent, Withdrawn, posts_lane
from bot.core.ids import ChannelId, IncidentId
from bot.core.incident import Incident
from bot.core.views import IncidentView
from bot.queries import incidents as queries
from bot.slack.channels import Channels
from bot.slack.gateway import Gateway, Refused, metadata
from bot.slack.render import incident as render
from bot.slack.render import incident_posts
from bot.slack.render.message import Message
from bot.store import debts, incidents, messages
from bot.store.database import Database
from bot.store.messages import SlackMessage
from bot.store.uow import Tx
from bot.usecases import incident_channel

LOOK_AGAIN_SECONDS = 30.0
"""Whoever makes a post's place hurries the post; this is for a place that could not be made until somebody mends it."""
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
ARCHIVED = "is_archived"


class _Shown(ABC):
    """A message that follows its incident: posted once, looked up when in doubt, edited ever after."""

    role = ""

    def __init__(self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        number = IncidentId(debt.payload["incident"])
        async with self._db.read() as conn:
            view = await queries.card(conn, self._catalogue(), number)
            out = await messages.of_subject(conn, messages.of_incident(number), self.role)
        if view is None:
            return Withdrawn("the incident is not there")
        try:
            return await self._show(debt, view, out[-1] if out else None)
        except Refused as problem:
            return Failed(problem.error)

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        number = IncidentId(debt.payload["incident"])
        match outcome:
            case Sent() if "message" in outcome.remote:
                await messages.shows(tx.conn, outcome.remote["message"], outcome.remote["version"])
            case Sent() if "ts" in outcome.remote:
                await self._forget(tx, outcome.remote.get("instead"))
                await self._remember(tx, number, outcome.remote)
            case Failed() if outcome.reason != ARCHIVED:
                await incident_channel.setup_failed(tx, number, self.role, outcome.reason)
            case _:
                pass

    @abstractmethod
    async def _show(self, debt: Debt, view: IncidentView, known: SlackMessage | None) -> Outcome:
        """Post the message, or edit the one that is `known`."""

    @abstractmethod
    async def _remember(self, tx: Tx, number: IncidentId, remote: Any) -> None:
        """Write down where it was posted."""

    async def _forget(self, tx: Tx, message: int | None) -> None:
        if message is not None:
            await messages.forget(tx.conn, message)

    async def _edit(self, known: SlackMessage, message: Message) -> Outcome | None:
        """None: the message is gone from Slack."""
        version = fingerprint(message)
        if known.version == version:
            return Sent()
        try:
            await self._gateway.call(
                "chat.update",
                channel=known.channel,
                ts=known.ts,
                text=message.text,
                blocks=list(message.blocks),
            )
        except Refused as problem:
            if problem.error in GONE:
                return None
            raise
        return Sent({"message": known.id, "version": version})

    async def _post(
        self, debt: Debt, channel: ChannelId, message: Message, known: SlackMessage | None
    ) -> Outcome:
        ts = await post(self._gateway, debt, channel, message, in_doubt=known is None)
        remote = {"channel": channel, "ts": ts, "version": fingerprint(message)}
        return Sent(remote | ({"instead": known.id} if known else {}))


class CardSender(_Shown):
    """The pinned first message of the channel."""

    role = incident_channel.CARD

    async def _show(self, debt: Debt, view: IncidentView, known: SlackMessage | None) -> Outcome:
        if view.channel is None:
            return Withdrawn("there is no channel yet")
        card = render.card(view)
        edited = await self._edit(known, card) if known else None
        return edited or await self._post(debt, view.channel, card, known)

    async def _remember(self, tx: Tx, number: IncidentId, remote: Any) -> None:
        await incident_channel.card_posted(tx, number, remote["channel"], remote["ts"], remote["version"])


class AnnouncementSender(_Shown):
    """The message in the announcement channel; a private incident has none."""

    role = incident_channel.ANNOUNCEMENT

    def __init__(
        self, db: Database, gateway: Gateway, channels: Channels, catalogue: Callable[[], Catalogue]
    ) -> None:
        super().__init__(db, gateway, catalogue)
        self._channels = channels

    async def _show(self, debt: Debt, view: IncidentView, known: SlackMessage | None) -> Outcome:
        place = self._catalogue().announcement_channel
        if view.private or not place:
            return Withdrawn("it is not announced")
        message = render.announcement(view)
        edited = await self._edit(known, message) if known else None
        if edited is not None:
            return edited
        channel = await self._channels.find(place)
        try:
            return await self._post(debt, channel, message, known)
        except Refused as problem:
            if problem.error != "not_in_channel":
                raise
        await self._gateway.call("conversations.join", channel=channel)
        return await self._post(debt, channel, message, known)

    async def _remember(self, tx: Tx, number: IncidentId, remote: Any) -> None:
        await incident_channel.announced(tx, number, remote["channel"], remote["ts"], remote["version"])
        await debts.hurry(tx.conn, posts_lane(number), tx.real)


class PostSender:
    """A message in the incident's channel, or a reply under its announcement; it waits until there is such a place."""

    def __init__(self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        number = IncidentId(debt.payload["incident"])
        async with self._db.read() as conn:
            view = await queries.card(conn, self._catalogue(), number)
            incident = await incidents.load(conn, number)
            announced = await messages.of_subject(
                conn, messages.of_incident(number), incident_channel.ANNOUNCEMENT
            )
        if view is None or incident is None:
            return Withdrawn("the incident is not there")
        message = incident_posts.post(view, debt.payload)
        if message is None:
            return Failed(f"nothing is written for {debt.payload['what']}")
        if debt.payload["what"] == incident_posts.UNDER_ANNOUNCEMENT:
            return await self._reply(debt, incident, message, announced[-1] if announced else None)
        if incident.channel is None:
            return _wait()
        return await self._say(debt, incident.channel, message)

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        """Nothing follows: the fact is in the timeline already."""

    async def _reply(
        self, debt: Debt, incident: Incident, message: Message, announcement: SlackMessage | None
    ) -> Outcome:
        if incident.private or not self._catalogue().announcement_channel:
            return Withdrawn("it is not announced")
        if announcement is None:
            return _wait()
        return await self._say(debt, announcement.channel, message, announcement.ts)

    async def _say(
        self, debt: Debt, channel: ChannelId, message: Message, thread: str | None = None
    ) -> Outcome:
        try:
            return Sent({"ts": await post(self._gateway, debt, channel, message, thread)})
        except Refused as problem:
            return Failed(problem.error)


async def post(
    gateway: Gateway,
    debt: Debt,
    channel: ChannelId,
    message: Message,
    thread: str | None = None,
    *,
    in_doubt: bool = True,
) -> str:
    """Post what `debt` owes, unless an earlier attempt is there already; answers the message's ts."""
    if debt.sent_from is not None and in_doubt:
        found = await _look_up(gateway, debt, channel, thread)
        if found is not None:
            return found
    place = {"thread_ts": thread} if thread else {}
    answer = await gateway.call(
        "chat.postMessage",
        is_page=debt.kind in PAGE_KINDS,
        channel=channel,
        text=message.text,
        blocks=list(message.blocks),
        metadata=metadata(debt.key),
        unfurl_links=False,
        **place,
    )
    return str(answer["ts"])


async def _look_up(gateway: Gateway, debt: Debt, channel: ChannelId, thread: str | None) -> str | None:
    """A thread's replies are not in the channel's history."""
    assert debt.sent_from is not None
    if thread is None:
        return await gateway.find(channel, debt.key, debt.sent_from)
    answer = await gateway.call(
        "conversations.replies",
        channel=channel,
        ts=thread,
        oldest=f"{debt.sent_from.timestamp() - 5:.6f}",
        limit=200,
        include_all_metadata=True,
    )
    for reply in answer.get("messages", []):
        if reply.get("metadata", {}).get("event_payload", {}).get("key") == debt.key:
            return str(reply["ts"])
    return None


def fingerprint(message: Message) -> int:
    """A number that differs when what is shown differs; it fits into a signed 32-bit column."""
    return zlib.crc32(orjson.dumps([message.text, *message.blocks])) & 0x7FFFFFFF


def _wait() -> Retry:
    return Retry("its place in Slack is not there yet", after=LOOK_AGAIN_SECONDS)
