"""What happened to schedules: who changed who is on call, when and why. Facts as in `bot.core.facts`.

To add one: a frozen dataclass of `ScheduleFact` in `SCHEDULE_FACTS`, and its line in `bot/templates/timeline.py`.
People are as configuration names them; whoever did it is `by`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.facts import Fact
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId


@dataclass(frozen=True, kw_only=True)
class ScheduleFact(Fact):
    schedule: ScheduleId


@dataclass(frozen=True, kw_only=True)
class OverrideMade(ScheduleFact):
    """`person` is on call for the span instead of `instead`."""

    kind = "override_made"
    override: int
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    origin: str
    """override, cover, swap or take"""
    reason: str = ""
    instead: tuple[PersonId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OverrideEnded(ScheduleFact):
    """Taken back: as if it had not been, or from now on when it had begun."""

    kind = "override_ended"
    override: int
    person: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class CoverAsked(ScheduleFact):
    kind = "cover_asked"
    cover: int
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    asked: tuple[PersonId, ...]
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CoverSettled(ScheduleFact):
    """accepted, declined (by one of those asked), withdrawn, expired, or changed: not needed any more."""

    kind = "cover_settled"
    cover: int
    person: PersonId
    outcome: str
    accepted_by: PersonId | None = None


@dataclass(frozen=True, kw_only=True)
class SwapProposed(ScheduleFact):
    """On the schedule of the part that is given; a swap between two schedules is told on both."""

    kind = "swap_proposed"
    swap: int
    person: PersonId
    with_person: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SwapSettled(ScheduleFact):
    """agreed, declined, withdrawn, expired, or changed: one of the two is not on call any more."""

    kind = "swap_settled"
    swap: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class TimeOffEntered(ScheduleFact):
    kind = "time_off_entered"
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TimeOffEnded(ScheduleFact):
    """Taken back, or cut short when it had begun."""

    kind = "time_off_ended"
    person: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class HandoffNoteLeft(ScheduleFact):
    """What `by` leaves to whoever is on call after the hand-off."""

    kind = "handoff_note_left"
    hand_off_at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class ScheduleChanged(ScheduleFact):
    """Made, changed or deleted in Slack; `before` and `after` are as configuration keeps it, empty when it was not."""

    kind = "schedule_changed"
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def what(self) -> str:
        """made, deleted, or the keys that changed"""
        if not self.before:
            return "made"
        if not self.after:
            return "deleted"
        keys = sorted(self.before.keys() | self.after.keys())
        return ", ".join(key for key in keys if self.before.get(key) != self.after.get(key)) or "nothing"


SCHEDULE_FACTS: tuple[type[ScheduleFact], ...] = (
    OverrideMade,
    OverrideEnded,
    CoverAsked,
    CoverSettled,
    SwapProposed,
    SwapSettled,
    TimeOffEntered,
    TimeOffEnded,
    HandoffNoteLeft,
    ScheduleChanged,
)
