"""What people are told around a change of shift, ready to be rendered; see `bot.core.views` for how views are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import ScheduleId, UserId
from bot.core.views import IncidentLine, OnCallPerson, PageLine


@dataclass(frozen=True)
class ShiftUpcoming:
    """The reader is on call soon."""

    reader: UserId
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    ends_at: datetime | None
    """None: no end is in sight."""
    others: tuple[OnCallPerson, ...] = ()
    """On call at the same time."""


@dataclass(frozen=True)
class ShiftBegun:
    """The reader is on call now."""

    reader: UserId
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    ends_at: datetime | None
    others: tuple[OnCallPerson, ...] = ()
    before: tuple[OnCallPerson, ...] = ()
    """Who was on call until then, and is not any more."""
    pages: tuple[PageLine, ...] = ()
    """Open ones of the services that page through the schedule."""
    incidents: tuple[IncidentLine, ...] = ()
    """Open ones of those services, as far as the reader may see them."""


@dataclass(frozen=True)
class ShiftOver:
    """The reader is off call."""

    reader: UserId
    schedule: str
    schedule_id: ScheduleId
    starts_at: datetime
    ended_at: datetime
    now_on_call: tuple[OnCallPerson, ...]
    """Empty in a gap."""
    until: datetime | None
    """Until when they are, or nobody is."""


@dataclass(frozen=True)
class ShiftAnnounced:
    """Who is on call now, for a channel."""

    schedule: str
    now_on_call: tuple[OnCallPerson, ...]
    until: datetime | None
    before: tuple[OnCallPerson, ...]


ShiftNotice = ShiftUpcoming | ShiftBegun | ShiftOver | ShiftAnnounced
