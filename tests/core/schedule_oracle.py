"""Who is on call, reckoned in another way: recurrence rules write down every boundary, and one looks at each of them.

It shares no code with the resolver: local times are found by trying offsets, hand-offs and restrictions come from
`dateutil.rrule`, and what holds at an instant is found by counting what has begun.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, HOURLY, WEEKLY, rrule
from dateutil.rrule import weekday as rule_weekday

from bot.core.ids import PersonId
from bot.core.schedule import (
    CalendarLayer,
    CalendarSpan,
    Layer,
    Override,
    Restriction,
    RotationUnit,
    Schedule,
    TimeOff,
    TimeOfWeek,
)

Spans = list[tuple[datetime, datetime]]


def instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """When local clocks first show a naive time; when they skip it, the first minute that they show after it."""
    around = [shown.replace(tzinfo=UTC) + timedelta(hours=hours) for hours in range(-36, 37, 12)]
    offsets = {moment.astimezone(zone).utcoffset() for moment in around}
    tried = [shown.replace(tzinfo=UTC) - offset for offset in offsets if offset is not None]
    right = [moment for moment in tried if moment.astimezone(zone).replace(tzinfo=None) == shown]
    if right:
        return min(right)
    moment = min(tried).replace(second=0)
    while moment.astimezone(zone).replace(tzinfo=None) < shown:
        moment += timedelta(minutes=1)
    return moment


@dataclass
class LayerOracle:
    layer: Layer
    zone: ZoneInfo
    until: datetime
    hand_offs: list[datetime] = field(init=False)
    windows: list[Spans] = field(init=False)
    ends: datetime = field(init=False)

    def __post_init__(self) -> None:
        layer = self.layer
        self.hand_offs = list(self._hand_offs())
        self.windows = [list(self._windows(one)) for one in layer.restrictions]
        self.ends = self._local(layer.ends_on, layer.hand_off) if layer.ends_on else self.until

    def _local(self, day: date, at: time) -> datetime:
        return instant(datetime.combine(day, at), self.zone)

    def _hand_offs(self) -> Iterator[datetime]:
        layer = self.layer
        first = datetime.combine(layer.starts_on, layer.hand_off)
        last = self.until.replace(tzinfo=None) + timedelta(days=2)
        if layer.unit is RotationUnit.HOURS:
            rule = rrule(HOURLY, self._local(layer.starts_on, layer.hand_off), layer.every, until=self.until)
            yield from rule
        else:
            rule = rrule(
                WEEKLY if layer.unit is RotationUnit.WEEKS else DAILY, first, layer.every, until=last
            )
            yield from (instant(shown, self.zone) for shown in rule)

    def _windows(self, restriction: Restriction) -> Iterator[tuple[datetime, datetime]]:
        begin = datetime.combine(self.layer.starts_on, restriction.starts) - timedelta(days=9)
        end = self.until.replace(tzinfo=None) + timedelta(days=2)
        if isinstance(restriction, TimeOfWeek):
            days: Sequence[int] = [restriction.starts_on]
        else:
            days = restriction.weekdays or range(7)
        for opens in rrule(WEEKLY, begin, byweekday=[int(day) for day in days], until=end):
            closes = datetime.combine(opens.date(), restriction.ends)
            if isinstance(restriction, TimeOfWeek):
                closes += relativedelta(weekday=rule_weekday(int(restriction.ends_on)))
                closes += timedelta(weeks=closes <= opens)
            else:
                closes += timedelta(days=closes <= opens)
            yield instant(opens, self.zone), instant(closes, self.zone)

    def boundaries(self) -> Iterator[datetime]:
        yield self.ends
        yield from self.hand_offs
        for spans in self.windows:
            for span in spans:
                yield from span

    def people(self, away: set[PersonId], at: datetime) -> tuple[PersonId, ...]:
        begun = bisect_right(self.hand_offs, at)
        if (
            not begun
            or at >= self.ends
            or (self.windows and not any(_inside(one, at) for one in self.windows))
        ):
            return ()
        places = self.layer.participants
        turn = (begun - 1) % len(places)
        if not places[turn]:
            return ()
        for step in range(len(places)):
            present = tuple(who for who in places[(turn + step) % len(places)] if who not in away)
            if present:
                return present
        return ()


def _inside(spans: Spans, at: datetime) -> bool:
    begun = bisect_right(spans, (at, datetime.max.replace(tzinfo=UTC)))
    return any(start <= at < end for start, end in spans[max(begun - 2, 0) : begun])


@dataclass
class Oracle:
    """Answers for instants until `until`."""

    plan: Schedule
    until: datetime
    overrides: Sequence[Override] = ()
    time_off: Sequence[TimeOff] = ()
    calendar: Sequence[CalendarSpan] = ()
    layers: list[LayerOracle | CalendarLayer] = field(init=False)

    def __post_init__(self) -> None:
        zone = ZoneInfo(self.plan.time_zone)
        self.layers = [
            LayerOracle(layer, zone, self.until) if isinstance(layer, Layer) else layer
            for layer in self.plan.layers
        ]

    def people(self, at: datetime) -> tuple[PersonId, ...]:
        covering = [one for one in self.overrides if one.starts_at <= at < one.ends_at]
        if covering:
            return (max(covering, key=lambda one: (one.made_at, one.id)).person,)
        away = {one.person for one in self.time_off if one.starts_at <= at < one.ends_at}
        for layer in reversed(self.layers):
            found = layer.people(away, at) if isinstance(layer, LayerOracle) else self._calendar(away, at)
            if found:
                return found
        return ()

    def _calendar(self, away: set[PersonId], at: datetime) -> tuple[PersonId, ...]:
        covering = {one.person for one in self.calendar if one.starts_at <= at < one.ends_at}
        return tuple(covering - away)

    def boundaries(self, start: datetime, end: datetime) -> list[datetime]:
        """Every instant of the span at which the answer may change, its start among them."""
        found = {start}
        found |= {edge for one in self.overrides for edge in (one.starts_at, one.ends_at)}
        found |= {edge for one in self.time_off for edge in (one.starts_at, one.ends_at)}
        found |= {edge for one in self.calendar for edge in (one.starts_at, one.ends_at)}
        for layer in self.layers:
            if isinstance(layer, LayerOracle):
                found |= set(layer.boundaries())
        return sorted(edge for edge in found if start <= edge < end)

    def tiles(self, start: datetime, end: datetime) -> list[tuple[datetime, frozenset[PersonId]]]:
        """When who takes over between `start` and `end`."""
        found: list[tuple[datetime, frozenset[PersonId]]] = []
        for edge in self.boundaries(start, end):
            people = frozenset(self.people(edge))
            if not found or found[-1][1] != people:
                found.append((edge, people))
        return found
