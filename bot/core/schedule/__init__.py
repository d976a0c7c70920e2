"""Who is on call when: layers of rotation in a time zone, time off, and overrides on top.

`on_call` is the one resolver; paging, Slack, reports and feeds all ask it (PRODUCT §5).
"""

from bot.core.schedule.changes import NO_CHANGES, AllChanges, Changes, all_changes, changes_of
from bot.core.schedule.local_time import wall_clock
from bot.core.schedule.model import (
    BEGINNING,
    CalendarLayer,
    CalendarSpan,
    Layer,
    Origin,
    Override,
    Restriction,
    RotationUnit,
    Schedule,
    Shift,
    TimeOfDay,
    TimeOff,
    TimeOfWeek,
    Weekday,
)
from bot.core.schedule.resolver import following, on_call, shifts

__all__ = [
    "BEGINNING",
    "NO_CHANGES",
    "AllChanges",
    "CalendarLayer",
    "CalendarSpan",
    "Changes",
    "Layer",
    "Origin",
    "Override",
    "Restriction",
    "RotationUnit",
    "Schedule",
    "Shift",
    "TimeOfDay",
    "TimeOfWeek",
    "TimeOff",
    "Weekday",
    "all_changes",
    "changes_of",
    "following",
    "on_call",
    "shifts",
    "wall_clock",
]
