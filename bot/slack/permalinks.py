"""Where a message is, for people to click."""

from __future__ import annotations

import asyncio

from bot.core.ids import ChannelId
from bot.slack.gateway import Gateway, SlackProblem

ASK_WITHIN_SECONDS = 1.0
"""Somebody waits for what the link belongs to."""


async def permalink(gateway: Gateway, channel: ChannelId | None, ts: str, domain: str) -> str:
    """Slack's own address of a message, or one made by its rule when Slack does not answer; empty for no message."""
    if not (channel and ts):
        return ""
    try:
        async with asyncio.timeout(ASK_WITHIN_SECONDS):
            answer = await gateway.call("chat.getPermalink", channel=channel, message_ts=ts)
            return str(answer["permalink"])
    except (SlackProblem, TimeoutError):
        return f"https://{domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}" if domain else ""
