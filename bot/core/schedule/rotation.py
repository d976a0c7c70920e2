"""A layer's turns: whose it is at an instant, and since and until when. Nothing walks through time.

The hand-off before an instant is found by arithmetic.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule.local_time import wall_clock
from bot.core.schedule.model import Layer, RotationUnit
from bot.core.schedule.segments import EARLIEST, LATEST
from bot.core.schedule.windows import Opening, openings

_BLOCK, _MARGIN = 32, 3
"""So many hand-offs are reckoned at once."""


@dataclass(frozen=True)
class Rotation:
    """A layer in its zone, with what can be reckoned beforehand. Make it with `rotation`."""

    layer: Layer
    zone: ZoneInfo
    first: datetime
    """The first hand-off: turn 0 begins."""
    last: datetime
    """The end of the layer."""
    opened: tuple[Opening, ...]
    people: frozenset[PersonId]
    before: tuple[int, ...]
    """How many places before each hold the same people, without a break and around the end."""
    after: tuple[int, ...]
    has_empty_place: bool
    period_days: int

    def turn(self, at: datetime) -> tuple[int | None, datetime, datetime]:
        """The place whose turn it is, and since and until when the turns of the same people last.

        None for the place before the first hand-off and from the layer's end on.
        """
        if at < self.first:
            return None, EARLIEST, self.first
        if at >= self.last:
            return None, self.last, LATEST
        number, starts_at, ends_at = self._around(at)
        places = len(self.layer.participants)
        place = number % places
        before, after = self.before[place], self.after[place]
        if after >= places:
            return place, self.first, self.last
        if before:
            starts_at = self._hand_off(max(number - before, 0))
        if after:
            ends_at = self._hand_off(number + after + 1)
        return place, starts_at, min(ends_at, self.last)

    def _around(self, at: datetime) -> tuple[int, datetime, datetime]:
        """The number of the turn, and its hand-offs."""
        if self.layer.unit is RotationUnit.HOURS:
            length = timedelta(hours=self.layer.every)
            number = (at - self.first) // length
            return number, self.first + number * length, self.first + (number + 1) * length
        # The UTC date may be a day off the local one, so the number is a guess: right within the block's margin.
        guess = (at.toordinal() - self.layer.starts_on.toordinal()) // self.period_days
        block = guess // _BLOCK
        edges = _hand_offs(self.layer.starts_on, self.layer.hand_off, self.period_days, self.zone, block)
        after = bisect_right(edges, at)
        return block * _BLOCK - _MARGIN + after - 1, edges[after - 1], edges[after]

    def _hand_off(self, turn: int) -> datetime:
        """When a turn begins. Hours are real hours from the first hand-off; days and weeks follow the wall clock."""
        if self.layer.unit is RotationUnit.HOURS:
            return self.first + turn * timedelta(hours=self.layer.every)
        day = self.layer.starts_on + timedelta(days=turn * self.period_days)
        return wall_clock(day, self.layer.hand_off, self.zone)


@lru_cache(maxsize=2048)
def _hand_offs(
    starts_on: date, hand_off: time, period_days: int, zone: ZoneInfo, block: int
) -> tuple[datetime, ...]:
    """The hand-offs of a block of turns, in order, and of some before and after."""
    turns = range(block * _BLOCK - _MARGIN, (block + 1) * _BLOCK + _MARGIN + 1)
    return tuple(wall_clock(starts_on + timedelta(days=turn * period_days), hand_off, zone) for turn in turns)


def rotation(layer: Layer, zone: ZoneInfo) -> Rotation:
    places = layer.participants
    first = wall_clock(layer.starts_on, layer.hand_off, zone)
    last = wall_clock(layer.ends_on, layer.hand_off, zone) if layer.ends_on is not None else LATEST
    return Rotation(
        layer=layer,
        zone=zone,
        first=first,
        last=max(first, last) if places else first,
        opened=openings(layer.restrictions),
        people=frozenset(person for place in places for person in place),
        before=tuple(_alike(places, number, -1) for number in range(len(places))),
        after=tuple(_alike(places, number, 1) for number in range(len(places))),
        has_empty_place=not all(places),
        period_days=layer.every * (7 if layer.unit is RotationUnit.WEEKS else 1),
    )


def _alike(places: tuple[tuple[PersonId, ...], ...], number: int, step: int) -> int:
    """How many places in a row, from the next one on, hold the same people; as many as there are when all do."""
    count = 0
    while count < len(places) and places[(number + step * (count + 1)) % len(places)] == places[number]:
        count += 1
    return count
