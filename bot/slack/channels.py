"""Channels by name: configuration says `#incidents`, Slack wants an id."""

from __future__ import annotations

from bot.core.ids import ChannelId
from bot.slack.gateway import Gateway, Refused, is_conversation


class Channels:
    """Finds public channels by name, and joins them once; remembers what it found."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._ids: dict[str, ChannelId] = {}

    async def find(self, name: str) -> ChannelId:
        """The id of `#name` (an id is answered as it is), with the bot in it.

        Raises `Refused` with `channel_not_found` when there is no such channel.
        """
        if is_conversation(name):
            return ChannelId(name)
        plain = name.removeprefix("#").lower()
        if plain not in self._ids:
            await self._look(plain)
        if plain not in self._ids:
            raise Refused("conversations.list", "channel_not_found", {"channel": name})
        return self._ids[plain]

    def renamed(self, channel: ChannelId, name: str) -> None:
        """Slack told a channel's new name."""
        self._ids = {known: at for known, at in self._ids.items() if at != channel}
        self._ids[name.lower()] = channel

    async def _look(self, name: str) -> None:
        cursor = ""
        while True:
            answer = await self._gateway.call(
                "conversations.list", types="public_channel", exclude_archived=True, limit=1000, cursor=cursor
            )
            for channel in answer.get("channels", []):
                if channel["name"] == name:
                    await self._join(channel)
                    self._ids[name] = ChannelId(channel["id"])
                    return
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    async def _join(self, channel: dict[str, object]) -> None:
        if not channel.get("is_member"):
            await self._gateway.call("conversations.join", channel=channel["id"])
