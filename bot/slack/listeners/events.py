"""What Slack tells by itself: somebody came, a channel was archived, the Home was opened, the bot was asked.

An event is acked when its listener has come back, so what it brings is saved by then; one that failed is not acked, and
Slack sends it again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot.core.frozen import dataclass
from bot.core.ids import TOCSIN, ChannelId, IncidentId, UserId, by_user
from bot.core.incident import Outcome
from bot.core.permissions import Action
from bot.core.quiet_hours import quiet_of
from bot.errors import NotAllowed, Wrong
from bot.queries import incidents
from bot.slack.gateway import RateLimited, SlackProblem
from bot.slack.listeners import notes
from bot.slack.listeners.asking import Asked, Desk
from bot.slack.listeners.on_call_mentions import answer_mention
from bot.slack.render import posts
from bot.slack.render.message import Message, sentence
from bot.templates import mrkdwn
from bot.usecases import homes, incident_channel, reachability, receipts, user_groups
from bot.usecases.members import require

log = structlog.get_logger(__name__)

LATE_AFTER = timedelta(minutes=2)
"""Whoever joins sooner was there from the beginning and needs no briefing."""
ANSWER_WITHIN_SECONDS = 20.0
"""Slack takes a message a second in one place; an answer that would come much later helps nobody."""
_MENTION = re.compile(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


@dataclass(frozen=True)
class Told:
    """One event; `later` takes what may happen after the ack."""

    id: str
    event: Mapping[str, Any]
    later: Callable[[Coroutine[Any, Any, None], str], object]

    @property
    def user(self) -> UserId:
        return UserId(self.event.get("user", ""))

    @property
    def channel(self) -> ChannelId:
        return ChannelId(self.event.get("channel", ""))


async def home_opened(desk: Desk, told: Told) -> None:
    if told.event.get("tab", "home") == "home":
        await homes.opened(desk.db, told.user)


async def member_joined(desk: Desk, told: Told) -> None:
    """A fact of the incident; whoever comes late is told what they missed."""
    changed = await incident_channel.member_joined(desk.db, desk.catalogue(), told.channel, told.user)
    if changed is None or changed.outcome is not Outcome.DONE:
        return
    incident = changed.incident
    if desk.clock.now() - incident.declared_at > LATE_AFTER and incident.declared_by != told.user:
        told.later(_brief(desk, incident.id, told), "brief a latecomer")


async def _brief(desk: Desk, number: IncidentId, told: Told) -> None:
    async with desk.db.read() as conn:
        briefing = await incidents.briefing(conn, desk.catalogue(), number)
    if briefing is None:
        return
    message = posts.joined_late(briefing.view, briefing.updates, briefing.tasks)
    await _post(desk, "chat.postEphemeral", told.channel, message, user=told.user)


async def member_left(desk: Desk, told: Told) -> None:
    await incident_channel.member_left(desk.db, desk.catalogue(), told.channel, told.user)


async def archived(desk: Desk, told: Told) -> None:
    await _archived(desk, told, True)


async def unarchived(desk: Desk, told: Told) -> None:
    await _archived(desk, told, False)


async def _archived(desk: Desk, told: Told, is_archived: bool) -> None:
    by = by_user(told.user) if told.user else TOCSIN
    await incident_channel.channel_archived(desk.db, desk.catalogue(), told.channel, is_archived, by)


async def renamed(desk: Desk, told: Told) -> None:
    channel = told.event["channel"]
    desk.channels.renamed(ChannelId(channel["id"]), channel["name"])


async def person_changed(desk: Desk, told: Told) -> None:
    await desk.directory.changed(told.event["user"])


async def quiet_changed(desk: Desk, told: Told) -> None:
    await reachability.remember_quiet(desk.db, quiet_of(told.user, told.event.get("dnd_status") or {}))


async def user_group_changed(desk: Desk, told: Told) -> None:
    await user_groups.heard(desk.db)


async def pinned(desk: Desk, told: Told) -> None:
    await notes.pin(desk, told.event)


async def reacted(desk: Desk, told: Told) -> None:
    await notes.pushpin(desk, told.event)


async def mentioned(desk: Desk, told: Told) -> None:
    if told.event.get("bot_id") or not await receipts.first_time(desk.db, f"event:{told.id}"):
        return
    told.later(_answer(desk, told), "answer a question")


async def messaged(desk: Desk, told: Told) -> None:
    """Somebody writes to the bot in its DM, or changes or deletes a message anywhere."""
    event = told.event
    match event.get("subtype"):
        case "message_changed":
            await notes.message_changed(desk, event)
        case "message_deleted":
            await notes.message_deleted(desk, event)
    if event.get("channel_type") == "im" and "subtype" not in event and not event.get("bot_id"):
        await mentioned(desk, told)


async def _answer(desk: Desk, told: Told) -> None:
    text = _MENTION.sub("", told.event.get("text") or "")
    message = await _worded(desk, Asked(told.user, "", told.channel, text))
    thread = told.event.get("thread_ts")
    if told.event["type"] == "app_mention":
        thread = thread or told.event["ts"]
    await _post(desk, "chat.postMessage", told.channel, message, **({"thread_ts": thread} if thread else {}))


async def _worded(desk: Desk, asked: Asked) -> Message:
    await desk.directory.meet(asked.user)
    try:
        async with desk.db.read() as conn:
            await require(conn, Action.WORK_INCIDENT, asked.user)
        return await answer_mention(desk, asked)
    except (NotAllowed, Wrong) as refusal:
        return sentence(mrkdwn.escape(str(refusal)))


async def _post(desk: Desk, method: str, channel: ChannelId, message: Message, **more: Any) -> None:
    """After the ack; there is nobody to tell when Slack does not take it, so a moment that it asks for is waited."""
    waited = 0.0
    while True:
        try:
            await desk.gateway.call(
                method, channel=channel, text=message.text, blocks=list(message.blocks), **more
            )
            return
        except SlackProblem as problem:
            wait = problem.after if isinstance(problem, RateLimited) else ANSWER_WITHIN_SECONDS
            if waited + wait >= ANSWER_WITHIN_SECONDS:
                log.warning(
                    "an answer to an event could not be posted", problem=str(problem), channel=channel
                )
                return
        await asyncio.sleep(wait)
        waited += wait


HANDLERS: Mapping[str, Callable[[Desk, Told], Awaitable[None]]] = {
    "app_home_opened": home_opened,
    "app_mention": mentioned,
    "message": messaged,
    "member_joined_channel": member_joined,
    "member_left_channel": member_left,
    "channel_archive": archived,
    "channel_unarchive": unarchived,
    "group_archive": archived,
    "group_unarchive": unarchived,
    "channel_rename": renamed,
    "group_rename": renamed,
    "user_change": person_changed,
    "team_join": person_changed,
    "dnd_updated_user": quiet_changed,
    "subteam_created": user_group_changed,
    "subteam_members_changed": user_group_changed,
    "subteam_updated": user_group_changed,
    "pin_added": pinned,
    "pin_removed": pinned,
    "reaction_added": reacted,
    "reaction_removed": reacted,
}


async def take(desk: Desk, told: Told) -> None:
    """Hand an event to its listener. A refusal of ours is final; anything else is raised, and Slack sends it again."""
    handler = HANDLERS.get(told.event.get("type", ""))
    if handler is None:
        log.debug("an event without a listener", type=told.event.get("type"))
        return
    try:
        await handler(desk, told)
    except (Wrong, NotAllowed) as refusal:
        log.info("an event was refused", type=told.event.get("type"), reason=str(refusal))
