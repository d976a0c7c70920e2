"""What a button carries for the form that it opens: a schedule, a person, a span, a reason; each may be missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.core.ids import ScheduleId, UserId
from bot.core.on_call_views import PlannedChoice

LONGEST_REASON = 300


def carry(choice: PlannedChoice) -> str:
    """As a button's value, of 2,000 characters at most."""
    found = {
        "schedule": choice.schedule,
        "user": choice.user,
        "starts": int(choice.starts_at.timestamp()) if choice.starts_at else None,
        "ends": int(choice.ends_at.timestamp()) if choice.ends_at else None,
        "reason": choice.reason[:LONGEST_REASON],
    }
    return json.dumps({key: value for key, value in found.items() if value}, ensure_ascii=False)


def carried(value: str) -> PlannedChoice:
    """What `carry` wrote; empty for anything else."""
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return PlannedChoice()
    if not isinstance(found, dict):
        return PlannedChoice()
    return PlannedChoice(
        schedule=ScheduleId(found["schedule"]) if found.get("schedule") else None,
        user=UserId(found["user"]) if found.get("user") else None,
        starts_at=_instant(found.get("starts")),
        ends_at=_instant(found.get("ends")),
        reason=str(found.get("reason", "")),
    )


def _instant(value: Any) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
