"""Do Not Disturb, in which Slack rings nothing, as Slack tells it (docs.slack.dev, dnd.info, dnd_updated_user)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.ids import UserId


@dataclass(frozen=True)
class Quiet:
    """The present or next time in which Slack rings nothing for somebody; both None: there is none."""

    user: UserId
    starts_at: datetime | None
    ends_at: datetime | None


NEVER = 1
"""What Slack writes for a time that does not come."""


def quiet_of(user: UserId, status: Mapping[str, Any]) -> Quiet:
    """The present or next silent time; without one when Do Not Disturb is off."""
    starts, ends = int(status.get("next_dnd_start_ts") or 0), int(status.get("next_dnd_end_ts") or 0)
    if not status.get("dnd_enabled") or starts <= NEVER or ends <= NEVER:
        return Quiet(user, None, None)
    return Quiet(user, datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC))
