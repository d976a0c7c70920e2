"""What people and channels hear around a change of shift; `bot.engine.senders.notices` sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.ids import UserId
from bot.engine.senders.checkups import Checkups
from bot.queries import shift_notices as queries
from bot.slack.gateway import Gateway
from bot.slack.quiet import ask_quiet
from bot.slack.render import shift_notices as render
from bot.slack.render.message import Message
from bot.store.database import Database

log = structlog.get_logger(__name__)

KINDS = frozenset(
    {
        "shift_upcoming",
        "shift_begun",
        "shift_over",
        "shift_announced",
        "handoff_note",
        "unreachable_on_call",
        "digest",
        "reach_test",
    }
)


async def message(
    db: Database,
    gateway: Gateway,
    catalogue: Catalogue,
    data: Mapping[str, Any],
    clock: Clock,
    checkups: Checkups,
) -> Message | None:
    """None when it is not true any more by the time at which it would be sent."""
    if data["what"] == "shift_begun":
        await ask_quiet(db, gateway, UserId(data["to"]))
    company = await checkups.company() if data["what"] == "digest" else None
    async with db.read() as conn:
        told = await queries.told(conn, catalogue, data, clock.now(), company)
    return render.notice(told) if told else None
