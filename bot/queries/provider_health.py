"""Which providers and webhooks do not answer at the moment."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.provider_health import HealthKey, Trouble
from bot.store import provider_health


async def troubles(conn: AsyncConnection) -> Mapping[HealthKey, Trouble]:
    """By key; whoever is well is not among them."""
    return await provider_health.every(conn)


async def problem(conn: AsyncConnection) -> str:
    """Who does not answer and why, in a sentence; empty when all do."""
    found = [
        f"{trouble.key.replace(':', ' ')}{' (disabled)' if trouble.disabled_at else ''}: {trouble.reason}"
        for trouble in (await troubles(conn)).values()
    ]
    return f"not in use at the moment: {'; '.join(found)}" if found else ""
