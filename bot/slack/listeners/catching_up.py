"""After a gap: what Slack told while no socket was connected is read from the channels' history and taken all the same.

Slack repeats an unacknowledged event for five minutes and then drops it, and tells nobody of it. So up to when
a watched channel was heard is kept in the database, and what came later is read again whenever a socket opens.
Reading twice harms nothing: a message is known by its channel and ts, and an incident's listeners are idempotent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.core.ids import ChannelId, UserId
from bot.core.incident import Incident
from bot.errors import TocsinError
from bot.queries import incidents
from bot.slack.gateway import Refused
from bot.slack.history import History
from bot.slack.listeners import events
from bot.slack.listeners.asking import Desk
from bot.slack.listeners.missed_notes import missed_events
from bot.slack.running import Running
from bot.slack.watched import Watched
from bot.usecases import hearing

log = structlog.get_logger(__name__)

SETTLE_SECONDS = 0.3
"""Sockets open in pairs: one reading for both."""
REMEMBER_EVERY_SECONDS = 60.0
TRY_AGAIN_AFTER = 5.0
OVERLAP_SECONDS = 600.0
"""Longer than Slack's last repetition of an event: what is on its way counts as not heard yet."""
LONGEST_SECONDS = 86_400.0
"""What is older is history: after a longer outage somebody reads the channel."""


class CatchUp:
    """Keeps the position of every watched channel, and closes the gap behind it."""

    def __init__(self, desk: Desk, watched: Watched, running: Running) -> None:
        self._desk = desk
        self._watched = watched
        self._running = running
        self._me: tuple[UserId, str] | None = None

    async def keep_up(self, opened: asyncio.Event, connected: Callable[[], Awaitable[object]]) -> None:
        """Runs until it is cancelled. `opened` is set with each socket; `connected`: whether one is alive."""
        behind, pause = True, 0.0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(opened.wait(), pause)
            behind = behind or opened.is_set()
            asked_at = self._now()
            try:
                if behind:
                    await asyncio.sleep(SETTLE_SECONDS)
                    opened.clear()
                    await self._catch_up()
                elif await connected():
                    await self._remember(await self._watched.channels(), asked_at)
                behind, pause = False, REMEMBER_EVERY_SECONDS
            except TocsinError as problem:
                log.warning("what was missed cannot be read yet; it is tried again", problem=str(problem))
                pause = TRY_AGAIN_AFTER
            except Exception:  # the edge of this loop: one odd message must not end it
                log.exception("what was missed could not be read")
                behind, pause = False, REMEMBER_EVERY_SECONDS
            finally:
                self._watched.level.set()

    async def _catch_up(self) -> None:
        if self._me is None:
            answer = await self._desk.gateway.call("auth.test")
            self._me = UserId(answer["user_id"]), str(answer["bot_id"])
        me, bot_id = self._me
        history = History(self._desk.gateway)
        await self._read_alerts(history, bot_id)
        self._watched.level.set()
        async with self._desk.db.read() as conn:
            working = await incidents.with_channel(conn)
        for incident, channel in working:
            await self._read_incident(history, incident, channel, me)

    async def _read_alerts(self, history: History, bot_id: str) -> None:
        """In the order in which they were posted; meanwhile what comes by the sockets waits a moment."""
        channels = await self._watched.channels()
        heard = await hearing.heard(self._desk.db)
        began_at = self._now()
        earliest = began_at - LONGEST_SECONDS
        for channel in channels:
            if channel in heard:
                self._watched.level.clear()
                await self._read_channel(history, channel, max(heard[channel], earliest), bot_id)
        await self._remember(channels, began_at)

    async def _read_channel(self, history: History, channel: ChannelId, since: float, bot_id: str) -> None:
        try:
            messages = await history.messages(channel, since)
        except Refused as problem:
            log.warning("a watched channel can't be read", channel=channel, error=problem.error)
            return
        for message in messages:
            if message.get("bot_id") != bot_id:
                await self._watched.keep({**message, "channel": channel})

    async def _remember(self, channels: tuple[ChannelId, ...], now: float) -> None:
        """What was said a while before `now` has been heard: a socket was alive then, or history was read."""
        until = now - OVERLAP_SECONDS
        heard = await hearing.heard(self._desk.db)
        positions = {channel: max(heard.get(channel, now), until) for channel in channels}
        if positions != heard:
            await hearing.remember_heard(self._desk.db, positions)

    async def _read_incident(
        self, history: History, incident: Incident, channel: ChannelId, me: UserId
    ) -> None:
        try:
            async for event in missed_events(self._desk, history, incident, channel, me):
                await events.take(self._desk, events.Told("", event, self._running.start))
        except Refused as problem:
            log.info("an incident's channel can't be read", channel=channel, error=problem.error)

    def _now(self) -> float:
        return self._desk.clock.real().timestamp()
