"""Who is on call: overrides over layers, one answer for everybody who asks (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.core.schedule.changes import Changes
from bot.core.schedule.cover import Cover, cover
from bot.core.schedule.local_time import utc
from bot.core.schedule.model import BEGINNING, Layer, Schedule, Shift
from bot.core.schedule.model import CalendarLayer as Calendar
from bot.core.schedule.rotation import Rotation, rotation
from bot.core.schedule.segments import LATEST


def on_call(schedule: Schedule, changes: Changes, at: datetime) -> Shift:
    """The shift that covers `at`, an aware instant; O(log n) in the number of overrides.

    Raises `ValueError` for a naive instant and `ZoneInfoNotFoundError` for an unknown zone.
    """
    return _Resolver(schedule, changes).shift(utc(at))


def shifts(schedule: Schedule, changes: Changes, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The final shifts that tile `start` to `end` without overlap, gaps included as shifts of nobody.

    The first and the last are cut at `start` and `end`; empty when `start` is not before `end`.
    """
    return tuple(following(schedule, changes, start, end))


def following(schedule: Schedule, changes: Changes, start: datetime, end: datetime) -> Iterator[Shift]:
    """`shifts` one after the other, for those who stop before the end."""
    resolver = _Resolver(schedule, changes)
    at, end = utc(start), utc(end)
    last: Shift | None = None
    while at < end:
        shift = resolver.shift(at)
        until = end if shift.ends_at is None else min(shift.ends_at, end)
        if last is not None and _same(last, shift):
            last = replace(last, ends_at=until)
        else:
            if last is not None:
                yield last
            last = replace(shift, starts_at=at, ends_at=until)
        at = until
    if last is not None:
        yield last


def _same(one: Shift, other: Shift) -> bool:
    """Whether neighbours are one shift; only a very long time without anybody comes in parts."""
    return (one.people, one.layer, one.override, one.standing_in_for) == (
        other.people,
        other.layer,
        other.override,
        other.standing_in_for,
    )


@lru_cache(maxsize=4096)
def _prepared(schedule: Schedule) -> tuple[Rotation | Calendar, ...]:
    zone = ZoneInfo(schedule.time_zone)
    return tuple(rotation(layer, zone) if isinstance(layer, Layer) else layer for layer in schedule.layers)


class _Resolver:
    """Answers for one schedule; keeps what each layer said last, so that going forward asks each layer seldom."""

    def __init__(self, schedule: Schedule, changes: Changes) -> None:
        self._schedule, self._changes = schedule, changes
        self._layers = _prepared(schedule)
        self._said: list[Cover | None] = [None] * len(self._layers)

    def shift(self, at: datetime) -> Shift:
        schedule = self._schedule.id
        override, starts_at, ends_at = self._changes.overrides.at(at)
        if override is not None:
            return Shift(schedule, (override.person,), starts_at, ends_at, override)
        for layer in range(len(self._layers) - 1, -1, -1):
            said = self._cover(layer, at)
            if said.starts_at > starts_at:
                starts_at = said.starts_at
            if said.ends_at < ends_at:
                ends_at = said.ends_at
            if said.people:
                return Shift(
                    schedule, said.people, starts_at, _end(ends_at), None, layer, said.standing_in_for
                )
        return Shift(schedule, (), max(starts_at, min(BEGINNING, at)), _end(ends_at))

    def _cover(self, layer: int, at: datetime) -> Cover:
        said = self._said[layer]
        if said is None or not said.starts_at <= at < said.ends_at:
            said = self._said[layer] = cover(self._layers[layer], self._changes, at)
        return said


def _end(at: datetime) -> datetime | None:
    return None if at == LATEST else at
