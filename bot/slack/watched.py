"""Channels in which other bots post problems: what they write there becomes alerts (PRODUCT §8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson
import structlog

from bot.core.catalogue import Catalogue, Integration, IntegrationType
from bot.core.ids import ChannelId
from bot.ingest.journal import Journal
from bot.slack.channels import Channels
from bot.slack.gateway import Refused, SlackProblem
from bot.store.journal import NewEntry

log = structlog.get_logger(__name__)

EARLIER_FIRST_SECONDS = 1.5
"""A message that comes while earlier ones are read waits for them: "resolved" must not overtake "firing".
No longer, because Slack waits three seconds for our ack."""


class Watched:
    """Takes the messages of bots and webhooks in watched channels into the journal, each event once."""

    def __init__(self, catalogue: Callable[[], Catalogue], channels: Channels, journal: Journal) -> None:
        self._catalogue = catalogue
        self._channels = channels
        self._journal = journal
        self.level = asyncio.Event()
        """Not set while earlier messages are being read from the history."""
        self._missing: set[tuple[int, str]] = set()
        """Channels that Slack does not know, by the configuration's revision: asked for once."""

    async def join(self) -> None:
        """Be in every watched channel: Slack tells of no other."""
        for integration in self._integrations():
            try:
                await self._channel(integration)
            except SlackProblem as problem:
                log.warning(
                    "a watched channel can't be joined now", channel=integration.channel, problem=str(problem)
                )

    async def take(self, event: Mapping[str, Any]) -> None:
        """Durable when it returns; the same message twice is kept once. Raises what makes Slack send it again."""
        if not _is_of_a_bot(event) or event.get("channel") not in await self.channels():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.level.wait(), EARLIER_FIRST_SECONDS)
        await self.keep(event)

    async def keep(self, message: Mapping[str, Any]) -> bool:
        """`take` without waiting. Answers whether it is one that becomes an alert."""
        integration = (await self._by_channel()).get(ChannelId(message.get("channel", "")))
        if integration is None or not _is_of_a_bot(message):
            return False
        key = f"slack:{message['channel']}:{message['ts']}"
        await self._journal.append(NewEntry(integration.id, "slack", orjson.dumps(message), key))
        return True

    async def channels(self) -> tuple[ChannelId, ...]:
        """Those that are watched and that Slack knows."""
        return tuple(await self._by_channel())

    async def _by_channel(self) -> dict[ChannelId, Integration]:
        found: dict[ChannelId, Integration] = {}
        for integration in self._integrations():
            if (channel := await self._channel(integration)) is not None:
                found.setdefault(channel, integration)
        return found

    def _integrations(self) -> list[Integration]:
        known = self._catalogue().integrations.values()
        return [each for each in known if each.type is IntegrationType.SLACK and each.channel]

    async def _channel(self, integration: Integration) -> ChannelId | None:
        name = integration.channel or ""
        key = (self._catalogue().revision, name)
        if key in self._missing:
            return None
        try:
            return await self._channels.find(name)
        except Refused as problem:
            log.error("a watched channel is not there", channel=name, error=problem.error)
            self._missing.add(key)
            return None


def _is_of_a_bot(event: Mapping[str, Any]) -> bool:
    """A new message of a bot or webhook; not an edit, and not a reply in a thread. Our own do not come this far."""
    if event.get("type") != "message" or event.get("subtype") not in (None, "bot_message"):
        return False
    in_thread = event.get("thread_ts") not in (None, event.get("ts"))
    return bool(event.get("bot_id")) and not in_thread
