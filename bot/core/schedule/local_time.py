"""What instant it is when local clocks show a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def wall_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which clocks in `zone` show `at` on `day`.

    A time that happens twice is the first one; a skipped one is the first instant after the gap (PRODUCT §5).
    """
    offset = _offset_all_day(day, zone)
    if offset is not None:
        return datetime.combine(day, at, UTC) - offset
    shown = datetime.combine(day, at.replace(fold=0), zone)
    instant = shown.astimezone(UTC)
    # zoneinfo reads a skipped time by the offset from before the gap for fold 0 and from after it for fold 1, so that
    # the instants are swapped (PEP 495) and the change of the clocks lies between them.
    earlier = shown.replace(fold=1).astimezone(UTC)
    return _change_of_clocks(earlier, instant, zone) if earlier < instant else instant


def utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises `ValueError` when it has no time zone."""
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {at!r}")
    return at.astimezone(UTC)


@lru_cache(maxsize=65_536)
def _offset_all_day(day: date, zone: ZoneInfo) -> timedelta | None:
    """What local clocks are ahead of UTC on all of a local day; None when they are changed on it.

    No zone has ever changed its clocks twice within twelve hours, so three looks suffice.
    """
    midnight = datetime.combine(day, time(0), zone)
    offset = midnight.utcoffset()
    if (midnight + _DAY).replace(fold=1).utcoffset() != offset or midnight.replace(
        hour=12
    ).utcoffset() != offset:
        return None
    return offset


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
