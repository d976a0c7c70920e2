"""What changes schedules from day to day, indexed once so that each look costs O(log n)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule.model import CalendarSpan, Override, Schedule, Shift, TimeOff
from bot.core.schedule.segments import Segments, together, winners

Calendars = Mapping[str, Iterable[CalendarSpan]]
"""What stands in calendars, by the address of the layer."""

MOST_KNOWN = 2048
_NO_OVERRIDE: Segments[Override | None] = Segments((), (None,))
_NOBODY: Segments[tuple[PersonId, ...]] = Segments((), ((),))


@dataclass(frozen=True)
class Changes:
    """The overrides of one schedule, and the time off and calendars that it may need. Make it with `changes_of`."""

    overrides: Segments[Override | None] = _NO_OVERRIDE
    away: Mapping[PersonId, Segments[tuple[PersonId, ...]]] = field(default_factory=dict)
    """Of each person with time off, when they are away."""
    calendars: Mapping[str, Segments[tuple[PersonId, ...]]] = field(default_factory=dict)

    @cached_property
    def known(self) -> dict[Schedule, Shift]:
        """Of each schedule the shift that was resolved last: it answers for every instant that it covers."""
        return {}

    def keep(self, schedule: Schedule, shift: Shift) -> None:
        """Remember it; of many thousand schedules, which only tests have, the latest."""
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[schedule] = shift

    def calendar(self, url: str) -> Segments[tuple[PersonId, ...]]:
        """Who is on call by a calendar; nobody while it has not been read."""
        return self.calendars.get(url, _NOBODY)


NO_CHANGES = Changes()


@dataclass(frozen=True)
class AllChanges:
    """The changes of every schedule. Make it with `all_changes`."""

    by_schedule: Mapping[ScheduleId, Changes]
    otherwise: Changes
    """Of a schedule without overrides."""

    def of(self, schedule: ScheduleId) -> Changes:
        return self.by_schedule.get(schedule, self.otherwise)


def changes_of(
    schedule: ScheduleId,
    overrides: Iterable[Override] = (),
    time_off: Iterable[TimeOff] = (),
    calendars: Calendars | None = None,
) -> Changes:
    """The changes of one schedule, in O(n log n). Overrides of others are left out, and so is what has no length.

    Raises `ValueError` for an instant without a time zone.
    """
    return all_changes((one for one in overrides if one.schedule == schedule), time_off, calendars).of(
        schedule
    )


def all_changes(
    overrides: Iterable[Override] = (),
    time_off: Iterable[TimeOff] = (),
    calendars: Calendars | None = None,
) -> AllChanges:
    """The changes of all schedules. Raises `ValueError` for an instant without a time zone."""
    absences: dict[PersonId, list[TimeOff]] = {}
    for absence in time_off:
        absences.setdefault(absence.person, []).append(absence)
    away = {person: together(theirs) for person, theirs in absences.items()}
    read = {url: together(spans) for url, spans in (calendars or {}).items()}
    made: dict[ScheduleId, list[Override]] = {}
    for override in overrides:
        made.setdefault(override.schedule, []).append(override)
    by_schedule = {schedule: Changes(winners(theirs), away, read) for schedule, theirs in made.items()}
    return AllChanges(by_schedule, Changes(away=away, calendars=read))
