"""Channels in which other bots post problems: what they write there becomes alerts (PRODUCT §8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class Watched:
    """Takes the messages of bots and webhooks in watched channels into the journal, each event once."""

    def __init__(self, catalogue: Callable[[], Catalogue], channels: Channels, journal: Journal) -> None:
        self._catalogue = catalogue
        self._channels = channels
        self._journal = journal
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

    async def take(self, event: Mapping[str, Any], event_id: str) -> None:
        """Durable when it returns; the same event twice is kept once. Raises what makes Slack send it again."""
        if not _is_of_a_bot(event):
            return
        for integration in self._integrations():
            if await self._channel(integration) == event.get("channel"):
                entry = NewEntry(integration.id, "slack", orjson.dumps(event), f"slack:{event_id}")
                await self._journal.append(entry)
                return

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
