"""What owners of schedules, admins and the fallback channel must hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.core.ids import IncidentId, PageId, UserId
from bot.core.views import PageView
from bot.slack import ids
from bot.slack.render.message import (
    Message,
    actions,
    button,
    context,
    lines,
    message,
    section,
    sentence,
    within,
)
from bot.templates import mrkdwn, say

OF_PROVIDERS = frozenset({"provider_down", "provider_back", "webhook_disabled"})


def empty_schedule(schedule: str, page: PageId | None = None, reason: str = "") -> Message:
    """To the owner: nobody was on call when a page came. `schedule` by its shown name."""
    return sentence(say("notices", "empty_schedule", schedule, page, reason))


def nobody_reached(
    page: PageId, title: str = "", service: str = "", retry_at: datetime | None = None
) -> Message:
    """To the fallback channel and the admins, with the button by which anybody takes the page."""
    text = say("notices", "nobody_reached", page, title, service, retry_at)
    acknowledge = button("Acknowledge", ids.PAGE_ACKNOWLEDGE, page, style="primary")
    return message(text, (section(text), actions([acknowledge])))


def responder_answered(view: PageView, user: UserId, *, coming: bool) -> Message:
    """To whoever asked for help with a page."""
    return sentence(say("notices", "responder_answered", view, user, coming))


def configuration_mistakes(mistakes: Sequence[str]) -> Message:
    """To the admins: file, line and cure of each, as `tocsin check` says it."""
    text = say("notices", "configuration", len(mistakes))
    shown, left = within([f"• {mrkdwn.escape(mistake)}" for mistake in mistakes])
    more = [context(say("incident", "more", left))] if left else []
    return message(text, (section(text), *map(section, lines(shown)), *more))


def setup_failed(incident: IncidentId, title: str, step: str, reason: str) -> Message:
    """To the admins: what Slack refused, with the button to try it again."""
    text = say("notices", "setup_failed", incident, title, step, reason)
    return message(text, (section(text), actions([button("Try again", ids.INCIDENT_RETRY_SETUP, incident)])))


def other_bot(connections: int, ours: int) -> Message:
    """To the admins: somebody else's process takes our events."""
    return sentence(say("notices", "other_bot", connections, ours))


def of_providers(what: str, data: Mapping[str, Any]) -> Message:
    """To the admins, and a webhook's owner: who carries messages no more, or again. `data` as it was owed."""
    told = dict(data)
    if "since" in told:
        told["since"] = datetime.fromisoformat(told["since"])
    return sentence(say("notices", what, told))
