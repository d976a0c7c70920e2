"""Messages of an incident's channel that are kept in its timeline, by a 📌 or a pin, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.core.ids import ChannelId, UserId
from bot.queries import incidents
from bot.slack.gateway import Refused
from bot.slack.listeners.asking import Desk
from bot.slack.permalinks import permalink
from bot.slack.said import said
from bot.usecases import incident_notes

log = structlog.get_logger(__name__)

PUSHPIN = "pushpin"
WITHOUT_TEXT = "A message without text"


async def pushpin(desk: Desk, event: Mapping[str, Any]) -> None:
    """A 📌 came or went."""
    item = event.get("item") or {}
    if event.get("reaction") == PUSHPIN and item.get("type") == "message":
        await _marked(desk, UserId(event["user"]), ChannelId(item["channel"]), str(item["ts"]))


async def pin(desk: Desk, event: Mapping[str, Any]) -> None:
    """A message was pinned to the channel, or is so no more. The card that we pin ourselves is no news."""
    message = (event.get("item") or {}).get("message") or {}
    ours = message.get("bot_id") and message.get("user") == event["user"]
    if message.get("ts") and not ours:
        await _marked(desk, UserId(event["user"]), ChannelId(event["channel_id"]), str(message["ts"]))


async def _marked(desk: Desk, user: UserId, channel: ChannelId, ts: str) -> None:
    """Events overtake each other, so Slack is asked which marks the message bears now: one keeps it."""
    async with desk.db.read() as conn:
        incident = await incidents.find(conn, None, channel, user)
    if incident is None:
        return
    await desk.directory.meet(user)
    message = await message_at(desk, channel, ts)
    if message is None:
        return
    has_pushpin = bool(bearers(message))
    if not has_pushpin and not is_pinned(message, channel):
        await incident_notes.take_back(desk.db, incident.id, ts, user)
        return
    link = await permalink(desk.gateway, channel, ts, "")
    text = said(message) or WITHOUT_TEXT
    await incident_notes.keep(
        desk.db, incident.id, ts, user, text, author_of(message), link, pinned=not has_pushpin
    )


def is_pinned(message: Mapping[str, Any], channel: ChannelId) -> bool:
    """By a person: a card that we pinned ourselves is not kept for that."""
    by = (message.get("pinned_info") or {}).get("pinned_by")
    ours = message.get("bot_id") and by == message.get("user")
    return channel in (message.get("pinned_to") or ()) and not ours


async def message_changed(desk: Desk, event: Mapping[str, Any]) -> None:
    """A bot's messages change all the time and are not followed. A deleted message with replies leaves a tombstone."""
    message = event.get("message") or {}
    channel, ts = ChannelId(event["channel"]), str(message.get("ts", ""))
    author = author_of(message)
    if message.get("subtype") == "tombstone":
        await incident_notes.follow_deletion(desk.db, channel, ts)
    elif author is not None:
        await incident_notes.follow_edit(desk.db, channel, ts, author, said(message) or WITHOUT_TEXT)


async def message_deleted(desk: Desk, event: Mapping[str, Any]) -> None:
    await incident_notes.follow_deletion(desk.db, ChannelId(event["channel"]), str(event["deleted_ts"]))


def bearers(message: Mapping[str, Any]) -> list[UserId]:
    """Who put a 📌 on it."""
    reactions = message.get("reactions") or ()
    return [UserId(user) for each in reactions if each.get("name") == PUSHPIN for user in each["users"]]


async def message_at(desk: Desk, channel: ChannelId, ts: str) -> Mapping[str, Any] | None:
    """One message, also a reply in a thread; None when it is gone. Raises when Slack can't be asked."""
    try:
        answer = await desk.gateway.call(
            "conversations.replies", channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True, limit=2
        )
    except Refused as problem:
        log.info("a marked message can't be read", channel=channel, error=problem.error)
        return None
    found = (each for each in answer.get("messages", []) if each.get("ts") == ts)
    return next(found, None)


def author_of(message: Mapping[str, Any]) -> UserId | None:
    """None for a bot or a webhook."""
    return UserId(message["user"]) if message.get("user") and not message.get("bot_id") else None
