"""An iCal feed, ready to be written."""

from __future__ import annotations

from datetime import datetime

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId


@dataclass(frozen=True)
class FeedEvent:
    """One final shift."""

    schedule: ScheduleId
    schedule_name: str
    people: tuple[PersonId, ...]
    names: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class FeedView:
    name: str
    time_zone: str
    """The IANA name of the zone in which calendars may show it; the events themselves are in UTC."""
    events: tuple[FeedEvent, ...]
