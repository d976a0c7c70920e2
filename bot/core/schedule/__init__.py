"""Who is on call when: layers of rotation in a time zone, time off, and overrides on top.

`on_call` is the one resolver; paging, Slack, reports and feeds all ask it (PRODUCT §5).
"""

from bot.core.schedule.changes import NO_CHANGES, AllChanges, Changes, all_changes, changes_of
from bot.core.schedule.comparison import Difference, differences
from bot.core.schedule.hours import Hours, hours_per_person
from bot.core.schedule.local_time import wall_clock
from bot.core.schedule.model import (
    BEGINNING,
    REMIND_BEFORE,
    CalendarLayer,
    CalendarSpan,
    GroupChanges,
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
from bot.core.schedule.outlook import (
    AwayOnOverride,
    Gap,
    Overlap,
    Plan,
    Use,
    away_on_override,
    coverage,
    gaps,
    next_shifts,
    overlaps,
    used_in,
)
from bot.core.schedule.resolver import following, on_call, shifts
from bot.core.schedule.windows import is_open

__all__ = [
    "BEGINNING",
    "NO_CHANGES",
    "REMIND_BEFORE",
    "AllChanges",
    "AwayOnOverride",
    "CalendarLayer",
    "CalendarSpan",
    "Changes",
    "Difference",
    "Gap",
    "GroupChanges",
    "Hours",
    "Layer",
    "Origin",
    "Overlap",
    "Override",
    "Plan",
    "Restriction",
    "RotationUnit",
    "Schedule",
    "Shift",
    "TimeOfDay",
    "TimeOfWeek",
    "TimeOff",
    "Use",
    "Weekday",
    "all_changes",
    "away_on_override",
    "changes_of",
    "coverage",
    "differences",
    "following",
    "gaps",
    "hours_per_person",
    "is_open",
    "next_shifts",
    "on_call",
    "overlaps",
    "shifts",
    "used_in",
    "wall_clock",
]
