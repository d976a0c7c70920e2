"""What happened in an incident's channel while no socket was connected: who came and went, and its 📌.

The channel's present is compared with the timeline, and what differs is handed on as the event that was missed. A 📌
set meanwhile on a reply in a thread is not seen: the reply is not in the channel's history.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from bot.core.ids import ChannelId, UserId
from bot.core.incident import Incident
from bot.core.notes import Noted
from bot.queries.notes import noted_messages
from bot.slack.history import History
from bot.slack.listeners import notes
from bot.slack.listeners.asking import Desk
from bot.slack.said import said
from bot.usecases import incident_notes

Event = Mapping[str, Any]
BEFORE_SECONDS = 60.0
"""Clocks differ a little."""


async def missed_events(
    desk: Desk, history: History, incident: Incident, channel: ChannelId, me: UserId
) -> AsyncIterator[Event]:
    """The events that would have told what is otherwise now. Raises what the gateway raises.

    A 📌 that is gone is taken back here: who removed it nobody tells.
    """
    there = set(await history.members(channel)) - {me}
    for event in _comings_and_goings(incident, channel, there):
        yield event
    since = desk.clock.to_real(incident.declared_at).timestamp() - BEFORE_SECONDS
    messages = await history.messages(channel, since)
    async with desk.db.read() as conn:
        noted = await noted_messages(conn, incident.id)
    found = {str(message["ts"]): message for message in messages}
    for ts in noted.keys() - found.keys():
        if not noted[ts].deleted and (message := await notes.message_at(desk, channel, ts)) is None:
            yield {"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts}
        elif message is not None:
            found[ts] = message
    for ts, message in found.items():
        for event in _of_message(channel, message, noted.get(ts)):
            yield event
        bears_none = not notes.bearers(message) and not notes.is_pinned(message, channel)
        if ts in noted and noted[ts].marked and bears_none:
            await incident_notes.lost_its_marks(desk.db, incident.id, ts)


def _comings_and_goings(incident: Incident, channel: ChannelId, there: set[UserId]) -> Iterator[Event]:
    for user in sorted(there - set(incident.joined)):
        yield {"type": "member_joined_channel", "user": user, "channel": channel}
    for user in sorted(set(incident.joined) - there):
        yield {"type": "member_left_channel", "user": user, "channel": channel}


def _of_message(channel: ChannelId, message: Mapping[str, Any], noted: Noted | None) -> Iterator[Event]:
    if noted is None and (bearers := notes.bearers(message)):
        item = {"type": "message", "channel": channel, "ts": message["ts"]}
        yield {"type": "reaction_added", "user": bearers[0], "reaction": notes.PUSHPIN, "item": item}
    if noted is not None and not noted.deleted and noted.text != (said(message) or notes.WITHOUT_TEXT):
        yield {"type": "message", "subtype": "message_changed", "channel": channel, "message": message}
