"""Who is on call when: one layer of rotation in a time zone, and overrides on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.core.ids import PersonId, ScheduleId, TeamId


class RotationUnit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True)
class Layer:
    """An ordered rotation; a place holds several people or nobody."""

    participants: tuple[tuple[PersonId, ...], ...]
    unit: RotationUnit
    every: int
    hand_off: time
    """Local wall-clock time of the schedule's zone."""
    starts_on: date
    """The local date of the first hand-off: the first place is on call from then; for weeks its weekday counts."""


@dataclass(frozen=True)
class Schedule:
    id: ScheduleId
    name: str
    time_zone: str
    layers: tuple[Layer, ...]
    team: TeamId | None = None
    owner: PersonId | None = None


@dataclass(frozen=True)
class Override:
    """One person for a span, `starts_at` inclusive to `ends_at` exclusive; the latest made wins."""

    schedule: ScheduleId
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    reason: str = ""
    by: str = ""
    id: int = 0


@dataclass(frozen=True)
class Shift:
    """An unbroken time on call of the same people for the same reason; `people` is empty in a gap."""

    schedule: ScheduleId
    people: tuple[PersonId, ...]
    starts_at: datetime
    ends_at: datetime | None
    """None: it never ends (a rotation of one place)."""
    override: Override | None = None


def on_call(schedule: Schedule, overrides: Sequence[Override], at: datetime) -> Shift:
    """The shift that covers `at`."""
    raise NotImplementedError


def shifts(
    schedule: Schedule, overrides: Sequence[Override], start: datetime, end: datetime
) -> tuple[Shift, ...]:
    """The final shifts that tile `start` to `end` without overlap, gaps included as shifts of nobody."""
    raise NotImplementedError
