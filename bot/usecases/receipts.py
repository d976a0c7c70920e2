"""Envelopes come twice; each is acted on once."""

from __future__ import annotations

from datetime import timedelta

from bot.store import messages
from bot.store.database import Database

REMEMBERED_FOR = timedelta(days=1)
"""Real time; Slack repeats an envelope within the hour."""


async def first_time(db: Database, key: str) -> bool:
    """Whether this envelope is new; it is known from now on."""
    async with db.write() as tx:
        await messages.forget_received(tx.conn, tx.real - REMEMBERED_FOR)
        return await messages.first_time(tx.conn, key, tx.real)
