"""When a layer's restrictions let it cover: the open and the closed times of every week, by local clocks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.core.schedule.local_time import wall_clock
from bot.core.schedule.model import Restriction, TimeOfDay, Weekday

Opening = tuple[int, time, int, time]
"""From a day of the week and time until another: days count from Monday, 0, and go on past Sunday, 6."""
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_BLOCK_WEEKS, _MARGIN_WEEKS = 26, 3
"""Windows are reckoned for so many weeks at once; those of the margin may reach into them."""


def openings(restrictions: Sequence[Restriction]) -> tuple[Opening, ...]:
    """The open times of a week without overlap, in order; empty when it is always open."""
    spans = sorted(span for restriction in restrictions for span in _of_week(restriction))
    joined: list[tuple[timedelta, timedelta]] = []
    # Three times around, of which the second is kept: what crosses the week's end is whole there.
    for start, end in (
        (start + turn * _WEEK, end + turn * _WEEK) for turn in range(3) for start, end in spans
    ):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    if any(end - start >= _WEEK for start, end in joined):
        return ()
    return tuple(_opening(start - _WEEK, end - _WEEK) for start, end in joined if _WEEK <= start < 2 * _WEEK)


def window(opened: tuple[Opening, ...], zone: ZoneInfo, at: datetime) -> tuple[bool, datetime, datetime]:
    """Whether it is open at `at`, and since and until when that is so; `opened` is not empty."""
    edges = _edges(opened, zone, at.toordinal() // (7 * _BLOCK_WEEKS))
    number = bisect_right(edges, at)
    return number % 2 == 1, edges[number - 1], edges[number]


def is_open(
    restrictions: Sequence[Restriction], time_zone: str, at: datetime
) -> tuple[bool, datetime | None]:
    """Whether any of them is open at `at`, and until when that stays so; None: always."""
    opened = openings(restrictions)
    if not opened:
        return True, None
    found, _, until = window(opened, ZoneInfo(time_zone), at)
    return found, until


def _of_week(restriction: Restriction) -> Iterator[tuple[timedelta, timedelta]]:
    if isinstance(restriction, TimeOfDay):
        for day in restriction.weekdays or tuple(Weekday):
            over_midnight = restriction.ends <= restriction.starts
            yield _offset(day, restriction.starts), _offset(day + over_midnight, restriction.ends)
    else:
        start = _offset(restriction.starts_on, restriction.starts)
        end = _offset(restriction.ends_on, restriction.ends)
        yield start, end if start < end else end + _WEEK


def _offset(day: int, at: time) -> timedelta:
    return timedelta(
        days=day, hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def _opening(start: timedelta, end: timedelta) -> Opening:
    return start.days, _time(start), end.days, _time(end)


def _time(offset: timedelta) -> time:
    minutes, rest = divmod(offset % _DAY, timedelta(minutes=1))
    return time(minutes // 60, minutes % 60, rest.seconds, rest.microseconds)


@lru_cache(maxsize=512)
def _edges(opened: tuple[Opening, ...], zone: ZoneInfo, block: int) -> tuple[datetime, ...]:
    """By turns where a window begins and ends, around and in a block of weeks since the calendar's first day."""
    edges: list[datetime] = []
    monday = date.fromordinal(1 + 7 * (block * _BLOCK_WEEKS - _MARGIN_WEEKS))
    for week in range(_BLOCK_WEEKS + 2 * _MARGIN_WEEKS):
        for from_day, starts, until_day, ends in opened:
            start = wall_clock(monday + timedelta(days=7 * week + from_day), starts, zone)
            end = wall_clock(monday + timedelta(days=7 * week + until_day), ends, zone)
            if start == end:
                continue  # all of it is a time that the clocks skip
            if edges and edges[-1] >= start:
                edges[-1] = end
            else:
                edges += (start, end)
    return tuple(edges)
