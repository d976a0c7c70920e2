"""A layer's turns: whose it is at an instant, and since and until when. Nothing walks through time.

The hand-off before an instant is found by arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.ids import PersonId
from bot.core.schedule.local_time import wall_clock
from bot.core.schedule.model import Layer, RotationUnit
from bot.core.schedule.segments import EARLIEST, LATEST
from bot.core.schedule.windows import Opening, openings


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
        turn = self._number(at)
        places = len(self.layer.participants)
        place = turn % places
        if self.after[place] >= places:
            return place, self.first, self.last
        starts_at = self._hand_off(max(turn - self.before[place], 0))
        return place, starts_at, min(self._hand_off(turn + self.after[place] + 1), self.last)

    def _number(self, at: datetime) -> int:
        if self.layer.unit is RotationUnit.HOURS:
            return (at - self.first) // timedelta(hours=self.layer.every)
        days = at.astimezone(self.zone).toordinal() - self.layer.starts_on.toordinal()
        turn = days // self.period_days
        # The local date alone does not tell whether today's hand-off was already; after that it takes a step or two
        # only where a zone skipped a whole day.
        while self._hand_off(turn) > at:
            turn -= 1
        while self._hand_off(turn + 1) <= at:
            turn += 1
        return turn

    def _hand_off(self, turn: int) -> datetime:
        """When a turn begins. Hours are real hours from the first hand-off; days and weeks follow the wall clock."""
        if self.layer.unit is RotationUnit.HOURS:
            return self.first + turn * timedelta(hours=self.layer.every)
        day = self.layer.starts_on + timedelta(days=turn * self.period_days)
        return wall_clock(day, self.layer.hand_off, self.zone)


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
