"""Whom one layer has on call: whose turn it is within its restrictions, and who stands in for the absent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core.ids import PersonId
from bot.core.schedule.changes import Changes
from bot.core.schedule.model import CalendarLayer
from bot.core.schedule.rotation import Rotation
from bot.core.schedule.segments import EARLIEST, LATEST
from bot.core.schedule.windows import window

_MOMENT = timedelta(microseconds=1)
_MOST_STEPS = 500
"""A time without anybody is followed through so many restrictions, places and absences before it counts as ended."""


class Cover(NamedTuple):  # made by the thousand, and a frozen dataclass takes six times as long to make
    """The same people for the same reason from `starts_at` to `ends_at`; of nobody the layer below is seen."""

    people: tuple[PersonId, ...]
    standing_in_for: tuple[PersonId, ...]
    starts_at: datetime
    ends_at: datetime


def cover(layer: Rotation | CalendarLayer, changes: Changes, at: datetime) -> Cover:
    """What a layer says at `at`, for as long as it says so."""
    found = _look(layer, changes, at)
    if isinstance(layer, Rotation) and layer.people.isdisjoint(changes.away):
        if found.people:
            return found
        is_plain = not layer.has_empty_place and layer.first < found.starts_at and found.ends_at < layer.last
        if is_plain or not layer.people:
            return found if layer.people else Cover((), (), EARLIEST, LATEST)
    elif not changes.away:
        return found
    return _drawn_out(found, layer, changes)


def _drawn_out(found: Cover, layer: Rotation | CalendarLayer, changes: Changes) -> Cover:
    """Joined with its neighbours that say the same."""
    starts_at, ends_at = found.starts_at, found.ends_at
    for _ in range(_MOST_STEPS):
        after = _look(layer, changes, ends_at) if ends_at < LATEST else None
        if after is None or not _same(after, found):
            break
        ends_at = after.ends_at
    for _ in range(_MOST_STEPS):
        before = _look(layer, changes, starts_at - _MOMENT) if starts_at > EARLIEST else None
        if before is None or not _same(before, found):
            break
        starts_at = before.starts_at
    return Cover(found.people, found.standing_in_for, starts_at, ends_at)


def _same(one: Cover, other: Cover) -> bool:
    return (one.people, one.standing_in_for) == (other.people, other.standing_in_for)


def _look(layer: Rotation | CalendarLayer, changes: Changes, at: datetime) -> Cover:
    """What holds at `at`; the span is right, but its neighbours may say the same."""
    if isinstance(layer, CalendarLayer):
        people, start, end = changes.calendar(layer.url).at(at)
        present = _Present(changes, at, start, end).of_places((people,))
        return Cover(*present[:2], max(start, present.starts_at), min(end, present.ends_at))
    opens, closes = EARLIEST, LATEST
    if layer.opened and layer.first <= at < layer.last:
        is_open, opens, closes = window(layer.opened, layer.zone, at)
        if not is_open:
            return Cover((), (), opens, closes)
    place, start, end = layer.turn(at)
    places = layer.layer.participants
    if place is None or not places[place]:
        return Cover((), (), start, end)
    start = opens if opens > start else start
    end = closes if closes < end else end
    if not changes.away:
        return Cover(places[place], (), start, end)
    return _Present(changes, at, start, end).of_places(places[place:] + places[:place])


class _Present:
    """Looks who is not away, and narrows a span to the time for which what it saw holds."""

    def __init__(self, changes: Changes, at: datetime, start: datetime, end: datetime) -> None:
        self._changes, self._at = changes, at
        self._turn = (start, end)
        self._starts_at, self._ends_at = EARLIEST, LATEST

    def of_places(self, places: tuple[tuple[PersonId, ...], ...]) -> Cover:
        """The first of the places that has somebody who is there; the first place is the one whose turn it is."""
        for place in places:
            present = tuple(person for person in place if self._is_there(person))
            if present:
                absent = tuple(person for person in places[0] if person not in present)
                start, end = max(self._starts_at, self._turn[0]), min(self._ends_at, self._turn[1])
                return Cover(present, absent if present != places[0] else (), start, end)
        # All of a rotation are away, whoever's turn it is and whether or not the layer is open.
        return Cover((), (), self._starts_at, self._ends_at)

    def _is_there(self, person: PersonId) -> bool:
        absences = self._changes.away.get(person)
        if absences is None:
            return True
        away, start, end = absences.at(self._at)
        self._starts_at, self._ends_at = max(self._starts_at, start), min(self._ends_at, end)
        return not away
