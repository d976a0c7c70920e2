"""What people and channels hear around a change of shift; `bot.engine.senders.notices` sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.ids import UserId
from bot.core.quiet_hours import quiet_of
from bot.queries import shift_notices as queries
from bot.slack.gateway import Gateway, SlackProblem
from bot.slack.render import shift_notices as render
from bot.slack.render.message import Message
from bot.store.database import Database
from bot.usecases import reachability

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
    db: Database, gateway: Gateway, catalogue: Catalogue, data: Mapping[str, Any], clock: Clock
) -> Message | None:
    """None when it is not true any more by the time at which it would be sent."""
    if data["what"] == "shift_begun":
        await _ask_quiet(db, gateway, UserId(data["to"]))
    async with db.read() as conn:
        told = await queries.told(conn, catalogue, data, clock.now())
    return render.notice(told) if told else None


async def _ask_quiet(db: Database, gateway: Gateway, user: UserId) -> None:
    """Whoever comes on call hears so, whether or not Slack tells of their quiet hours."""
    try:
        answer = await gateway.call("dnd.info", user=user)
    except SlackProblem as problem:
        log.info("Slack does not tell of quiet hours", user=user, problem=str(problem))
        return
    await reachability.remember_quiet(db, quiet_of(user, answer))
