"""Who is on call when: layers of rotation in a time zone, and overrides on top.

`on_call` is the one resolver; paging, Slack, reports and feeds all ask it (PRODUCT §5). Nothing walks through time: the
hand-off before an instant is found by arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.ids import PersonId, ScheduleId, TeamId

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a shift starts that had no beginning: nobody was on call before the first hand-off."""


class RotationUnit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True)
class Layer:
    """An ordered rotation; a place holds several people, or nobody: then the layer below is seen."""

    participants: tuple[tuple[PersonId, ...], ...]
    unit: RotationUnit
    every: int
    hand_off: time
    """Local wall-clock time of the schedule's zone, of every hand-off; for hours of the first one only."""
    starts_on: date
    """The local date of the first hand-off: the first place is on call from then; for weeks its weekday counts."""


@dataclass(frozen=True)
class Schedule:
    id: ScheduleId
    name: str
    time_zone: str
    """An IANA name, such as `Europe/London`."""
    layers: tuple[Layer, ...]
    """From the lowest to the highest; the highest that has somebody wins."""
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
    """The shift that covers `at`, an aware instant.

    Overrides of other schedules are ignored, so are those that are empty. Raises `ValueError` for a naive instant and
    `ZoneInfoNotFoundError` for an unknown zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {at!r}")
    standing = [o for o in overrides if o.schedule == schedule.id and o.starts_at < o.ends_at]
    covering = [override for override in standing if override.starts_at <= at < override.ends_at]
    if covering:
        winner = max(covering, key=_made)
        span = _Span((winner.person,), winner.starts_at, winner.ends_at)
        rivals = [override for override in standing if _made(override) > _made(winner)]
    else:
        winner = None
        span = _rotation(schedule, at)
        rivals = standing
    starts_at = max([span.starts_at, *(rival.ends_at for rival in rivals if rival.ends_at <= at)])
    ends = [rival.starts_at for rival in rivals if rival.starts_at > at]
    if span.ends_at is not None:
        ends.append(span.ends_at)
    return Shift(schedule.id, span.people, starts_at, min(ends, default=None), winner)


def shifts(
    schedule: Schedule, overrides: Sequence[Override], start: datetime, end: datetime
) -> tuple[Shift, ...]:
    """The final shifts that tile `start` to `end` without overlap, gaps included as shifts of nobody.

    The first and the last are cut at `start` and `end`; empty when `start` is not before `end`.
    """
    return tuple(_tiles(schedule, overrides, start, end))


def _tiles(
    schedule: Schedule, overrides: Sequence[Override], start: datetime, end: datetime
) -> Iterator[Shift]:
    at = start
    while at < end:
        shift = on_call(schedule, overrides, at)
        until = end if shift.ends_at is None else min(shift.ends_at, end)
        yield replace(shift, starts_at=at, ends_at=until)
        at = until


def _made(override: Override) -> tuple[datetime, int]:
    return override.made_at, override.id


@dataclass(frozen=True)
class _Span:
    """The same people from `starts_at` to `ends_at` (None: for ever)."""

    people: tuple[PersonId, ...]
    starts_at: datetime
    ends_at: datetime | None

    def within(self, other: _Span) -> _Span:
        ends = [end for end in (self.ends_at, other.ends_at) if end is not None]
        return _Span(self.people, max(self.starts_at, other.starts_at), min(ends, default=None))


def _rotation(schedule: Schedule, at: datetime) -> _Span:
    """What the layers say at `at`: the highest one that has somebody, for as long as no higher one has."""
    zone = ZoneInfo(schedule.time_zone)
    span = _Span((), min(BEGINNING, at), None)
    for layer in reversed(schedule.layers):
        span = _Turns(layer, zone).span(at).within(span)
        if span.people:
            break
    return span


@dataclass(frozen=True)
class _Turns:
    """A layer's turns, counted from the first hand-off: turn 0 begins at `hand_off(0)`."""

    layer: Layer
    zone: ZoneInfo

    def span(self, at: datetime) -> _Span:
        """The unbroken run of turns with the same people around `at`."""
        turn = max(self.turn(at), -1)
        people = self.people(turn)
        places = len(self.layer.participants)
        first = last = turn
        while first >= 0 and turn - first < places and self.people(first - 1) == people:
            first -= 1
        while last - turn < places and self.people(last + 1) == people:
            last += 1
        endless = last - turn >= places
        if endless:
            first = -1 if not people else 0
        starts_at = self.hand_off(first) if first >= 0 else min(BEGINNING, at)
        return _Span(people, starts_at, None if endless else self.hand_off(last + 1))

    def people(self, turn: int) -> tuple[PersonId, ...]:
        """Nobody before the first hand-off."""
        participants = self.layer.participants
        return participants[turn % len(participants)] if turn >= 0 and participants else ()

    def turn(self, at: datetime) -> int:
        """The turn that covers `at`; negative before the first hand-off."""
        if self.layer.unit is RotationUnit.HOURS:
            return (at - self.hand_off(0)) // timedelta(hours=self.layer.every)
        days = (at.astimezone(self.zone).date() - self.layer.starts_on).days
        turn = days // self._period_days
        # The local date alone does not tell whether today's hand-off was already; after that it takes a step or two
        # only where a zone skipped a whole day.
        while self.hand_off(turn) > at:
            turn -= 1
        while self.hand_off(turn + 1) <= at:
            turn += 1
        return turn

    def hand_off(self, turn: int) -> datetime:
        """When a turn begins. Hours are real hours from the first hand-off; days and weeks follow the wall clock."""
        layer = self.layer
        if layer.unit is RotationUnit.HOURS:
            first = wall_clock(layer.starts_on, layer.hand_off, self.zone)
            return first + turn * timedelta(hours=layer.every)
        day = layer.starts_on + timedelta(days=turn * self._period_days)
        return wall_clock(day, layer.hand_off, self.zone)

    @property
    def _period_days(self) -> int:
        return self.layer.every * (7 if self.layer.unit is RotationUnit.WEEKS else 1)


def wall_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which clocks in `zone` show `at` on `day`.

    A time that happens twice is the first one; a skipped one is the first instant after the gap (PRODUCT §5).
    """
    shown = datetime.combine(day, at.replace(fold=0), zone)
    instant = shown.astimezone(UTC)
    # zoneinfo reads a skipped time by the offset from before the gap for fold 0 and from after it for fold 1, so that
    # the instants are swapped (PEP 495) and the change of the clocks lies between them.
    earlier = shown.replace(fold=1).astimezone(UTC)
    return _change_of_clocks(earlier, instant, zone) if earlier < instant else instant


def _change_of_clocks(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first whole second of the span that has the offset of its end."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)
