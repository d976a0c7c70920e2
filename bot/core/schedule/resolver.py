"""Who is on call: overrides over layers, one answer for everybody who asks (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule.changes import Changes
from bot.core.schedule.cover import Cover, cover
from bot.core.schedule.local_time import utc
from bot.core.schedule.model import BEGINNING, Layer, Override, Schedule, Shift
from bot.core.schedule.model import CalendarLayer as Calendar
from bot.core.schedule.rotation import Rotation, rotation
from bot.core.schedule.segments import EARLIEST, LATEST


def on_call(schedule: Schedule, changes: Changes, at: datetime) -> Shift:
    """The shift that covers `at`, an aware instant; O(log n) in the number of overrides.

    Raises `ValueError` for a naive instant and `ZoneInfoNotFoundError` for an unknown zone.
    """
    at = utc(at)
    found = changes.known.get(schedule)
    if found is not None and found.starts_at <= at and (found.ends_at is None or at < found.ends_at):
        return found
    seen = _Resolver(schedule, changes).look(at)
    starts_at = seen.starts_at if seen.starts_at > EARLIEST else min(BEGINNING, at)
    found = seen.shift(schedule.id, starts_at, None if seen.ends_at == LATEST else seen.ends_at)
    if starts_at >= BEGINNING:
        changes.keep(schedule, found)
    return found


def shifts(schedule: Schedule, changes: Changes, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The final shifts that tile `start` to `end` without overlap, gaps included as shifts of nobody.

    The first and the last are cut at `start` and `end`; empty when `start` is not before `end`.
    """
    return tuple(following(schedule, changes, start, end))


def following(schedule: Schedule, changes: Changes, start: datetime, end: datetime) -> Iterator[Shift]:
    """`shifts` one after the other, for those who stop before the end."""
    resolver = _Resolver(schedule, changes)
    at, end = utc(start), utc(end)
    if at >= end:
        return
    seen = resolver.look(at)
    while seen.ends_at < end:
        after = resolver.look(seen.ends_at)
        if after.people == seen.people and after.reason == seen.reason:  # only very long times of nobody
            seen = seen._replace(ends_at=after.ends_at)
        else:
            yield seen.shift(schedule.id, at, seen.ends_at)
            at, seen = seen.ends_at, after
    yield seen.shift(schedule.id, at, end)


@lru_cache(maxsize=4096)
def _prepared(schedule: Schedule) -> tuple[Rotation | Calendar, ...]:
    zone = ZoneInfo(schedule.time_zone)
    return tuple(rotation(layer, zone) if isinstance(layer, Layer) else layer for layer in schedule.layers)


class _Seen(NamedTuple):
    people: tuple[PersonId, ...]
    override: Override | None
    layer: int | None
    standing_in_for: tuple[PersonId, ...]
    starts_at: datetime
    ends_at: datetime

    @property
    def reason(self) -> tuple[object, ...]:
        return self[:4]

    def shift(self, schedule: ScheduleId, starts_at: datetime, ends_at: datetime | None) -> Shift:
        return Shift(
            schedule, self.people, starts_at, ends_at, self.override, self.layer, self.standing_in_for
        )


class _Resolver:
    """Answers for one schedule; keeps what each layer said last, so that going forward asks each layer seldom."""

    def __init__(self, schedule: Schedule, changes: Changes) -> None:
        self._schedule, self._changes = schedule, changes
        self._layers = _prepared(schedule)
        self._said: list[Cover | None] = [None] * len(self._layers)
        self._downwards = range(len(self._layers) - 1, -1, -1)

    def look(self, at: datetime) -> _Seen:
        override, starts_at, ends_at = self._changes.overrides.at(at)
        if override is not None:
            return _Seen((override.person,), override, None, (), starts_at, ends_at)
        for layer in self._downwards:
            said = self._said[layer]
            if said is None or not said.starts_at <= at < said.ends_at:
                said = self._said[layer] = cover(self._layers[layer], self._changes, at)
            people, standing_in_for, starts, ends = said
            if starts > starts_at:  # a call of max() costs more than all else here
                starts_at = starts
            if ends < ends_at:
                ends_at = ends
            if people:
                return _Seen(people, None, layer, standing_in_for, starts_at, ends_at)
        return _Seen((), None, None, (), starts_at, ends_at)
