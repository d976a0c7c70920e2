"""What was said in a channel and who is in it, read whole and with patience for Slack's limits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from bot.core.ids import ChannelId, UserId
from bot.slack.gateway import Gateway, RateLimited

log = structlog.get_logger(__name__)

MOST_MESSAGES = 2000
"""Of one channel; the newest. Whoever reads more than that after an outage reads it in Slack."""
A_PAGE = 200
UNHURRIED_AFTER = 10
PAUSE_SECONDS = 1.5
"""After the first calls: looking messages in doubt up needs the same method, which Slack allows 50 times a minute."""


class History:
    """One reading of several channels."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._calls = 0

    async def messages(self, channel: ChannelId, since: float) -> list[Mapping[str, Any]]:
        """Everything but replies that was said after `since` (seconds since 1970), the oldest first.

        Raises `Refused` and `Unavailable` as the gateway does.
        """
        found: list[Mapping[str, Any]] = []
        cursor = ""
        while len(found) < MOST_MESSAGES:
            page = await self._ask(
                "conversations.history", channel=channel, oldest=f"{since:.6f}", limit=A_PAGE, cursor=cursor
            )
            found += page.get("messages", [])
            cursor = _next(page)
            if not cursor:
                return found[::-1]
        log.warning("only the newest messages of a channel are caught up with", channel=channel)
        return found[::-1]

    async def members(self, channel: ChannelId) -> list[UserId]:
        """Who is in the channel, the bot included. Raises as `messages` does."""
        found: list[UserId] = []
        cursor = ""
        while True:
            page = await self._ask("conversations.members", channel=channel, limit=1000, cursor=cursor)
            found += map(UserId, page.get("members", []))
            cursor = _next(page)
            if not cursor:
                return found

    async def _ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        self._calls += 1
        if self._calls > UNHURRIED_AFTER:
            await asyncio.sleep(PAUSE_SECONDS)
        while True:
            try:
                return await self._gateway.call(method, **arguments)
            except RateLimited as problem:
                await asyncio.sleep(problem.after)


def _next(page: Mapping[str, Any]) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")
