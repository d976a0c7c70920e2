"""Somebody's calendars: the feeds that they read elsewhere, and the one from which their time off is read."""

from __future__ import annotations

from datetime import datetime

from bot.core.frozen import dataclass
from bot.core.ids import ScheduleId


@dataclass(frozen=True)
class FeedLine:
    id: int
    name: str
    url: str


@dataclass(frozen=True)
class LinkedCalendar:
    """`host` of the address alone: the rest of it is a secret."""

    host: str
    read_at: datetime | None
    problem: str = ""


@dataclass(frozen=True)
class CalendarsView:
    feeds: tuple[FeedLine, ...]
    feeds_are_on: bool
    """Whether anybody outside can reach this Tocsin."""
    linked: LinkedCalendar | None
    schedules: tuple[tuple[ScheduleId, str], ...] = ()
    """Whose feeds can be made, by id and shown name."""
    has_own: bool = False
    """A feed of one's own shifts is among them."""
