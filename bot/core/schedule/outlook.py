"""What is to come on schedules: somebody's next shifts, gaps, clashes, and what is wrong with overrides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import combinations, islice

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule.changes import Changes
from bot.core.schedule.local_time import utc
from bot.core.schedule.model import CalendarLayer, Layer, Override, Schedule, Shift
from bot.core.schedule.resolver import following, on_call, shifts

Plan = tuple[Schedule, Changes]
"""A schedule with its changes."""

LOOK_AHEAD = timedelta(days=366)
"""How far somebody's next shifts are looked for."""


def next_shifts(
    plans: Iterable[Plan],
    person: PersonId,
    after: datetime,
    count: int,
    within: timedelta = LOOK_AHEAD,
) -> tuple[Shift, ...]:
    """The person's next shifts that begin after `after`, the earliest first, at most `count`.

    A shift is all of the person's unbroken time on call for a schedule, whatever the reasons; what it says of the
    override, the layer and the others is that of its beginning.
    """
    upcoming = [_of_person(plan, person, utc(after), utc(after) + within) for plan in plans]
    return tuple(islice(merge(*upcoming, key=lambda shift: shift.starts_at), count))


def _of_person(plan: Plan, person: PersonId, after: datetime, end: datetime) -> Iterator[Shift]:
    if not _may_be_on_call(plan, person):
        return
    mine: Shift | None = None
    for shift in following(*plan, after, end):
        if person not in shift.people:
            if mine is not None and mine.starts_at > after:
                yield mine
            mine = None
        elif mine is None:
            mine = shift
        else:
            mine = replace(mine, ends_at=shift.ends_at)
    if mine is not None and mine.starts_at > after:
        yield replace(mine, ends_at=_until(plan, person, end))


def _until(plan: Plan, person: PersonId, at: datetime) -> datetime | None:
    """When the person's time on call is over that has not ended at `at`; never, or not within a year, when None."""
    for shift in following(*plan, at, at + LOOK_AHEAD):
        if person not in shift.people:
            return shift.starts_at
    return None


def _may_be_on_call(plan: Plan, person: PersonId) -> bool:
    schedule, changes = plan
    if any(one is not None and one.person == person for one in changes.overrides.values):
        return True
    return any(
        any(person in together for together in changes.calendar(layer.url).values)
        if isinstance(layer, CalendarLayer)
        else any(person in place for place in layer.participants)
        for layer in schedule.layers
    )


@dataclass(frozen=True)
class Gap:
    """Nobody is on call for a schedule."""

    schedule: ScheduleId
    starts_at: datetime
    ends_at: datetime


def gaps(schedule: Schedule, changes: Changes, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """When nobody is on call between `start` and `end`; cut at both."""
    return tuple(
        Gap(schedule.id, shift.starts_at, shift.ends_at or end)
        for shift in following(schedule, changes, start, end)
        if not shift.people
    )


def coverage(schedule: Schedule, changes: Changes, start: datetime, end: datetime) -> float:
    """The share of the span that has somebody on call, from 0 to 1; 1 when the span is empty."""
    if start >= end:
        return 1.0
    uncovered = sum((gap.ends_at - gap.starts_at for gap in gaps(schedule, changes, start, end)), timedelta())
    return 1.0 - uncovered / (end - start)


@dataclass(frozen=True)
class Overlap:
    """A person is on call for two schedules at once."""

    person: PersonId
    schedules: tuple[ScheduleId, ScheduleId]
    starts_at: datetime
    ends_at: datetime


def overlaps(plans: Sequence[Plan], start: datetime, end: datetime) -> tuple[Overlap, ...]:
    """Who is on call for two schedules at once between `start` and `end`, and when, in order of time.

    Several people on call together for one schedule are not an overlap.
    """
    seen = [_times(plan, start, end) for plan in plans]
    found = [
        Overlap(person, (one[0].id, other[0].id), begins, ends)
        for (one, mine), (other, theirs) in combinations(zip(plans, seen, strict=True), 2)
        for person in mine.keys() & theirs.keys()
        for begins, ends in _common(mine[person], theirs[person])
    ]
    return tuple(sorted(found, key=lambda one: (one.starts_at, one.person, one.schedules)))


Times = list[tuple[datetime, datetime]]


def _times(plan: Plan, start: datetime, end: datetime) -> dict[PersonId, Times]:
    """Each person's unbroken times on call."""
    found: dict[PersonId, Times] = {}
    for shift in shifts(*plan, start, end):
        ends_at = shift.ends_at or end
        for person in shift.people:
            theirs = found.setdefault(person, [])
            if theirs and theirs[-1][1] == shift.starts_at:
                theirs[-1] = theirs[-1][0], ends_at
            else:
                theirs.append((shift.starts_at, ends_at))
    return found


def _common(mine: Times, theirs: Times) -> Iterator[tuple[datetime, datetime]]:
    """Where two lists in order of time meet."""
    one = other = 0
    while one < len(mine) and other < len(theirs):
        begins, ends = max(mine[one][0], theirs[other][0]), min(mine[one][1], theirs[other][1])
        if begins < ends:
            yield begins, ends
        if mine[one][1] <= theirs[other][1]:
            one += 1
        else:
            other += 1


@dataclass(frozen=True)
class AwayOnOverride:
    """An override gives a time to somebody who is away then; nobody stands in for them."""

    override: Override
    starts_at: datetime
    ends_at: datetime


def away_on_override(
    schedule: Schedule, changes: Changes, start: datetime, end: datetime
) -> tuple[AwayOnOverride, ...]:
    """Where an override's person is away between `start` and `end`: an override is not replaced, so it is told."""
    found: list[AwayOnOverride] = []
    for shift in following(schedule, changes, start, end):
        absences = changes.away.get(shift.override.person) if shift.override else None
        if shift.override is None or absences is None:
            continue
        at, until = shift.starts_at, shift.ends_at or end
        while at < until:
            away, _, ends = absences.at(at)
            if away:
                found.append(AwayOnOverride(shift.override, at, min(ends, until)))
            at = ends
    return tuple(found)


@dataclass(frozen=True)
class Use:
    """Where a schedule needs a person: what to mend before the person can be removed."""

    schedule: ScheduleId
    layers: tuple[int, ...]
    """In which layers they take turns, counted from the lowest, 0."""
    overrides: tuple[Override, ...]
    """Those of them that are not over."""
    on_call_now: bool
    next: Shift | None
    """Their next shift."""


def used_in(plans: Iterable[Plan], person: PersonId, now: datetime) -> tuple[Use, ...]:
    """The schedules that need the person, now or later."""
    return tuple(use for plan in plans if (use := _use(plan, person, utc(now))) is not None)


def _use(plan: Plan, person: PersonId, now: datetime) -> Use | None:
    schedule, changes = plan
    layers = tuple(
        number
        for number, layer in enumerate(schedule.layers)
        if isinstance(layer, Layer) and any(person in place for place in layer.participants)
    )
    ahead = zip(changes.overrides.values[:-1], changes.overrides.edges, strict=True)
    overrides = dict.fromkeys(
        one for one, until in ahead if one is not None and one.person == person and until > now
    )
    current = on_call(schedule, changes, now)
    upcoming = next_shifts([plan], person, now, 1)
    on_call_now = person in current.people
    if not (layers or overrides or on_call_now or upcoming):
        return None
    return Use(schedule.id, layers, tuple(overrides), on_call_now, upcoming[0] if upcoming else None)
