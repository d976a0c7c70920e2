"""An incident's place in Slack: its channel, who is in it, its pin, topic and bookmarks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, DebtKind, Failed, Outcome, Sent, Withdrawn, posts_lane
from bot.core.ids import ChannelId, IncidentId, UserId
from bot.core.incident import MOST_NAMES, Incident, channel_name, names_channel
from bot.core.permissions import Standing
from bot.core.views import IncidentView
from bot.crashpoints import point
from bot.engine.senders import Sender
from bot.engine.senders.incident_messages import AnnouncementSender, CardSender, PostSender
from bot.queries import incidents as queries
from bot.slack.channels import Channels
from bot.slack.gateway import Gateway, Refused
from bot.slack.render import incident as render
from bot.store import debts, incidents, members, messages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import incident_channel

log = structlog.get_logger(__name__)

MOST_INVITED_AT_ONCE = 100
"""Slack's limit (docs.slack.dev, conversations.invite)."""
ALREADY = frozenset({"already_in_channel", "cant_invite_self"})
NOT_INVITABLE = frozenset(
    {
        "user_not_found",
        "user_disabled",
        "user_is_restricted",
        "ura_max_channels",
        "cant_invite",
        "user_is_bot",
    }
)
"""One person's problem: the others are invited all the same."""
ARCHIVED = "is_archived"
"""Not a failure of ours: the channel catches up when it leaves the archive."""


def incident_senders(
    db: Database,
    gateway: Gateway,
    channels: Channels,
    catalogue: Callable[[], Catalogue],
    clock: Clock,
) -> dict[DebtKind, Sender]:
    """One sender for each side of an incident."""
    return {
        DebtKind.INCIDENT_CHANNEL: ChannelSender(db, gateway),
        DebtKind.INCIDENT_MEMBERS: MembersSender(db, gateway),
        DebtKind.INCIDENT_PIN: PinSender(db, gateway),
        DebtKind.INCIDENT_NAME: NameSender(db, gateway),
        DebtKind.INCIDENT_TOPIC: TopicSender(db, gateway, catalogue),
        DebtKind.INCIDENT_BOOKMARKS: BookmarksSender(db, gateway, catalogue),
        DebtKind.INCIDENT_CARD: CardSender(db, gateway, catalogue),
        DebtKind.INCIDENT_ANNOUNCEMENT: AnnouncementSender(db, gateway, channels, catalogue),
        DebtKind.INCIDENT_POST: PostSender(db, gateway, catalogue),
    }


class ChannelSender:
    """Creates the incident's channel; one whose creation was answered to nobody is found and taken."""

    def __init__(self, db: Database, gateway: Gateway) -> None:
        self._db = db
        self._gateway = gateway
        self._me = ""

    async def send(self, debt: Debt) -> Outcome:
        incident = await _incident(self._db, debt)
        if incident is None or incident.channel is not None:
            return Withdrawn("there is nothing to create")
        try:
            for attempt in range(MOST_NAMES):
                name = channel_name(incident.id, incident.title, attempt)
                channel = await self._create(name, incident, debt)
                if channel is not None:
                    point("after-channel-created")
                    return Sent({"channel": channel["id"], "name": channel["name"]})
        except Refused as problem:
            return Failed(problem.error)
        return Failed("name_taken")

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        number = IncidentId(debt.payload["incident"])
        match outcome:
            case Sent():
                channel = ChannelId(outcome.remote["channel"])
                await incident_channel.channel_made(tx, number, channel, outcome.remote["name"])
                await debts.hurry(tx.conn, posts_lane(number), tx.real)
            case Failed():
                await incident_channel.setup_failed(tx, number, "channel", outcome.reason)
            case _:
                pass

    async def _create(self, name: str, incident: Incident, debt: Debt) -> Mapping[str, Any] | None:
        """The channel of that name, new or ours from an attempt whose answer was lost; None when it is another's."""
        try:
            answer = await self._gateway.call("conversations.create", name=name, is_private=incident.private)
        except Refused as problem:
            if problem.error != "name_taken":
                raise
            return await self._made_before(name, incident, debt)
        channel: Mapping[str, Any] = answer["channel"]
        return channel

    async def _made_before(self, name: str, incident: Incident, debt: Debt) -> Mapping[str, Any] | None:
        """Ours is what our user created since the first attempt, and what no other incident has."""
        channel = await self._named(name) if debt.sent_from else None
        if channel is None or debt.sent_from is None:
            return None
        self._me = self._me or str((await self._gateway.call("auth.test"))["user_id"])
        ours = channel.get("creator") == self._me and channel.get("created", 0) >= (
            int(debt.sent_from.timestamp()) - 5
        )
        async with self._db.read() as conn:
            taken = await incidents.in_channel(conn, ChannelId(channel["id"]))
        return channel if ours and (taken is None or taken.id == incident.id) else None

    async def _named(self, name: str) -> Mapping[str, Any] | None:
        cursor = ""
        while True:
            answer = await self._gateway.call(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=1000,
                cursor=cursor,
            )
            for channel in answer.get("channels", []):
                if channel["name"] == name:
                    found: Mapping[str, Any] = channel
                    return found
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return None


class _Side:
    """What the sides of a channel have in common: a failure is shown on the card, with a way to try again."""

    step = ""

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        if isinstance(outcome, Failed) and outcome.reason != ARCHIVED:
            number = IncidentId(debt.payload["incident"])
            await incident_channel.setup_failed(tx, number, self.step, outcome.reason)


class MembersSender(_Side):
    """Invites whoever belongs in the channel and is not there."""

    step = "members"

    def __init__(self, db: Database, gateway: Gateway) -> None:
        self._db = db
        self._gateway = gateway

    async def send(self, debt: Debt) -> Outcome:
        incident = await _incident(self._db, debt)
        if incident is None or incident.channel is None:
            return Withdrawn("there is no channel yet")
        missing = await self._missing(incident)
        try:
            for start in range(0, len(missing), MOST_INVITED_AT_ONCE):
                await self._invite(incident.channel, missing[start : start + MOST_INVITED_AT_ONCE])
        except Refused as problem:
            return Failed(problem.error)
        return Sent()

    async def _missing(self, incident: Incident) -> list[UserId]:
        absent = [user for user in incident.invited if user not in incident.joined]
        async with self._db.read() as conn:
            standings = {user: await members.standing(conn, user) for user in absent}
        return [user for user in absent if standings[user] not in (Standing.GONE, Standing.BOT)]

    async def _invite(self, channel: ChannelId, users: Sequence[UserId]) -> None:
        """With `force` Slack invites the others when somebody can't be."""
        try:
            answer: Mapping[str, Any] = await self._gateway.call(
                "conversations.invite", channel=channel, users=list(users), force=True
            )
        except Refused as problem:
            if problem.error not in ALREADY | NOT_INVITABLE:
                raise
            answer = {"errors": problem.response.get("errors", [])}
        for each in answer.get("errors") or []:
            if each.get("error") not in ALREADY:
                log.warning(
                    "somebody was not invited",
                    user=each.get("user"),
                    error=each.get("error"),
                    channel=channel,
                )


class PinSender(_Side):
    """Pins the card."""

    step = "pin"

    def __init__(self, db: Database, gateway: Gateway) -> None:
        self._db = db
        self._gateway = gateway

    async def send(self, debt: Debt) -> Outcome:
        subject = messages.of_incident(IncidentId(debt.payload["incident"]))
        async with self._db.read() as conn:
            cards = await messages.of_subject(conn, subject, incident_channel.CARD)
        if not cards:
            return Withdrawn("there is no card yet")
        try:
            await self._gateway.call("pins.add", channel=cards[-1].channel, timestamp=cards[-1].ts)
        except Refused as problem:
            if problem.error == "message_not_found":
                return Withdrawn("the card is gone")
            if problem.error != "already_pinned":
                return Failed(problem.error)
        return Sent()


class NameSender(_Side):
    """Gives the channel the name that tells the incident's title, after the title was changed."""

    step = "name"

    def __init__(self, db: Database, gateway: Gateway) -> None:
        self._db = db
        self._gateway = gateway

    async def send(self, debt: Debt) -> Outcome:
        incident = await _incident(self._db, debt)
        if incident is None or incident.channel is None or names_channel(incident):
            return Withdrawn("the name is right")
        try:
            for attempt in range(MOST_NAMES):
                name = channel_name(incident.id, incident.title, attempt)
                if await self._rename(incident.channel, name):
                    return Sent({"name": name})
        except Refused as problem:
            return Failed(problem.error)
        return Failed("name_taken")

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            number = IncidentId(debt.payload["incident"])
            await incident_channel.channel_renamed(tx, number, outcome.remote["name"])
        await super().settle(tx, debt, outcome)

    async def _rename(self, channel: ChannelId, name: str) -> bool:
        """False: another channel has that name. This one has it when the answer to an earlier attempt was lost."""
        try:
            await self._gateway.call("conversations.rename", channel=channel, name=name)
        except Refused as problem:
            if problem.error != "name_taken":
                raise
            answer = await self._gateway.call("conversations.info", channel=channel)
            return bool(answer["channel"].get("name") == name)
        return True


class TopicSender(_Side):
    """Sets the channel's topic to how the incident stands, once the card is there: Slack writes a line about it."""

    step = "topic"

    def __init__(self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        view = await _view(self._db, self._catalogue(), debt)
        if view is None or view.channel is None:
            return Withdrawn("there is no channel yet")
        async with self._db.read() as conn:
            if not await messages.of_subject(conn, messages.of_incident(view.id), incident_channel.CARD):
                return Withdrawn("the card comes first, and owes the topic")
        topic = render.topic(view)
        try:
            await self._set(view.channel, topic)
        except Refused as problem:
            if problem.error != "too_long":
                return Failed(problem.error)
            return await self._set_shorter(view.channel, topic)
        return Sent()

    async def _set_shorter(self, channel: ChannelId, topic: str) -> Outcome:
        """Slack counts some characters more than once."""
        try:
            await self._set(channel, topic[: render.TOPIC // 2].rstrip() + "…")
        except Refused as problem:
            return Failed(problem.error)
        return Sent()

    async def _set(self, channel: ChannelId, topic: str) -> None:
        await self._gateway.call("conversations.setTopic", channel=channel, topic=topic)


class BookmarksSender(_Side):
    """Adds the links that are not at the top of the channel yet, and takes away those that people removed."""

    step = "bookmarks"

    def __init__(self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        view = await _view(self._db, self._catalogue(), debt)
        if view is None or view.channel is None:
            return Withdrawn("there is no channel yet")
        wanted, former = render.bookmarks(view), render.former_bookmarks(view)
        if not wanted and not former:
            return Withdrawn("there are no links")
        try:
            answer = await self._gateway.call("bookmarks.list", channel_id=view.channel)
            there = answer.get("bookmarks", [])
            await self._remove(view.channel, there, former)
            known = {bookmark.get("link") for bookmark in there}
            await self._add(view.channel, [one for one in wanted if one.link not in known])
        except Refused as problem:
            return Failed(problem.error)
        return Sent()

    async def _remove(
        self, channel: ChannelId, there: Sequence[Mapping[str, Any]], former: Collection[tuple[str, str]]
    ) -> None:
        """A bookmark that people made under the same name and address goes too: it is the same to them."""
        for bookmark in there:
            if (bookmark.get("title"), bookmark.get("link")) in former:
                await self._gateway.call("bookmarks.remove", channel_id=channel, bookmark_id=bookmark["id"])

    async def _add(self, channel: ChannelId, wanted: Sequence[render.Bookmark]) -> None:
        for bookmark in wanted:
            await self._gateway.call(
                "bookmarks.add",
                channel_id=channel,
                title=bookmark.title,
                type="link",
                link=bookmark.link,
                emoji=bookmark.emoji,
            )


async def _incident(db: Database, debt: Debt) -> Incident | None:
    async with db.read() as conn:
        return await incidents.load(conn, IncidentId(debt.payload["incident"]))


async def _view(db: Database, catalogue: Catalogue, debt: Debt) -> IncidentView | None:
    async with db.read() as conn:
        return await queries.card(conn, catalogue, IncidentId(debt.payload["incident"]))
