"""What time it is: the only module that asks.

Two times exist. Product time drives policies, schedules and SLAs, and runs faster in a sandbox
(`TOCSIN_TIME_SCALE`). Real time drives leases, HTTP timeouts, retries and Slack's limits, and never scales.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.core.frozen import dataclass


class Clock(Protocol):
    """Tells product time and real time; every instant is aware, in UTC."""

    def now(self) -> datetime:
        """Product time: what `due_at` columns of pages, schedules and SLAs are compared with."""
        ...

    def real(self) -> datetime:
        """Real wall time: leases, retries, rate limits."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back, from an unspecified start; for measuring durations."""
        ...

    @property
    def scale(self) -> float:
        """Product seconds in a real second."""
        ...

    def to_real(self, at: datetime) -> datetime:
        """The real instant at which product time reaches `at`."""
        ...


@dataclass(frozen=True)
class Anchor:
    """One instant known in both times, and how fast product time runs from there.

    Kept in the database, so that a restart continues product time instead of stepping back to real time.
    `scale` is product seconds per real second. Raises ValueError for a naive instant or a scale that is not
    a positive number.
    """

    real: datetime
    product: datetime
    scale: float

    def __post_init__(self) -> None:
        _require_aware(self.real)
        _require_aware(self.product)
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"A time scale is a number above 0, not {self.scale!r}.")

    def product_at(self, real: datetime) -> datetime:
        """Product time at a real instant."""
        return self.product + (real - self.real) * self.scale

    def real_at(self, product: datetime) -> datetime:
        """The real instant at which product time reaches `product`."""
        return self.real + (product - self.product) / self.scale

    def moved(self, by: timedelta) -> Anchor:
        """The same product time after real time was set by so much."""
        return Anchor(real=self.real + by, product=self.product, scale=self.scale)

    def rescale(self, scale: float, real_now: datetime) -> Anchor:
        """The same product time at `real_now`, running at `scale` from then on: no jump at the seam."""
        return Anchor(real=real_now, product=self.product_at(real_now), scale=scale)


class SystemClock(Clock):
    """The machine's clock. Without an anchor product time is real time."""

    def __init__(self, anchor: Anchor | None = None) -> None:
        self.anchor = anchor

    def now(self) -> datetime:
        return self.real() if self.anchor is None else self.anchor.product_at(self.real())

    def real(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    @property
    def scale(self) -> float:
        return 1.0 if self.anchor is None else self.anchor.scale

    def to_real(self, at: datetime) -> datetime:
        return at if self.anchor is None else self.anchor.real_at(at)


def elapsed() -> float:
    """Seconds that passed, the machine's sleep included; setting its wall clock does not move them.

    Linux stops `CLOCK_MONOTONIC` while it sleeps and goes on counting `CLOCK_BOOTTIME` (clock_gettime(2)). Elsewhere,
    and in a paused virtual machine, a sleep looks like a clock that was set.
    """
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class SteadyClock(SystemClock):
    """The wall clock as it was read once, moved on by the time that passed since.

    Setting the machine's clock does not move this one: whoever keeps deadlines moves them first, then calls `follow`
    (`docs/decisions/008-clock-jumps.md`).
    """

    def __init__(
        self,
        anchor: Anchor | None = None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        passed: Callable[[], float] = elapsed,
    ) -> None:
        super().__init__(anchor)
        self._wall = wall
        self._passed = passed
        self._read_at = wall()
        self._passed_then = passed()
        self._read_at += self.ahead()  # what passed between these two

    def real(self) -> datetime:
        return self._read_at + timedelta(seconds=self._passed() - self._passed_then)

    def ahead(self) -> timedelta:
        """How far the wall clock is ahead of this one: what it was set by, and what both drifted apart.

        Both cannot be read at once: what may have passed between, on a busy machine or in a sleep, does not count.
        """
        before, wall, after = self.real(), self._wall(), self.real()
        return max(wall - after, timedelta()) + min(wall - before, timedelta())

    def follow(self, by: timedelta) -> None:
        """Move real time by so much. Product time moves with it, but goes on unmoved where it is scaled."""
        self._read_at += by
        if self.anchor is not None:
            self.anchor = self.anchor.moved(by)


class ManualClock(Clock):
    """A clock that stands still until it is moved; product and real time are one.

    Callbacks given to `on_move` run in the mover's call, after the time has changed.
    """

    def __init__(self, start: datetime) -> None:
        _require_aware(start)
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0
        self._callbacks: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self._now

    def real(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    @property
    def scale(self) -> float:
        return 1.0

    def to_real(self, at: datetime) -> datetime:
        return at

    def forward(
        self,
        by: timedelta | None = None,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
    ) -> None:
        """Move on by the sum of what is given. Raises ValueError for a move backwards: that is `set`."""
        step = (by or timedelta()) + timedelta(seconds=seconds, minutes=minutes, hours=hours)
        if step < timedelta():
            raise ValueError(f"forward() does not go back ({step}); use set().")
        self.set(self._now + step)

    def set(self, at: datetime) -> None:
        """Move to an instant, also an earlier one, as a wall clock that is corrected does."""
        _require_aware(at)
        at = at.astimezone(UTC)
        self._monotonic += max(0.0, (at - self._now).total_seconds())
        self._now = at
        for callback in tuple(self._callbacks):
            callback()

    def on_move(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each move. Returns a function that ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)


def _require_aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError(f"An instant needs a time zone; {at.isoformat()} has none.")
