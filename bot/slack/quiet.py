"""Ask Slack for somebody's Do Not Disturb hours, and remember them."""

from __future__ import annotations

import structlog

from bot.core.ids import UserId
from bot.core.quiet_hours import quiet_of
from bot.slack.gateway import Gateway, SlackProblem
from bot.store.database import Database
from bot.usecases import reachability

log = structlog.get_logger(__name__)


async def ask_quiet(db: Database, gateway: Gateway, user: UserId) -> None:
    """What Slack does not tell stays as it was: whoever comes on call hears so all the same."""
    try:
        answer = await gateway.call("dnd.info", user=user)
    except SlackProblem as problem:
        log.info("Slack does not tell of quiet hours", user=user, problem=str(problem))
        return
    await reachability.remember_quiet(db, quiet_of(user, answer))
