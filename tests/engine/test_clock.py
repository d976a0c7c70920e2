"""Product time, real time, and the seam between them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import Anchor, ManualClock, SystemClock

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_without_an_anchor_product_time_is_real_time() -> None:
    clock = SystemClock()
    before = datetime.now(UTC)
    told = [clock.now(), clock.real(), datetime.now(UTC)]
    assert before <= told[0] <= told[1] <= told[2]
    assert clock.to_real(START) == START


def test_every_instant_is_in_utc() -> None:
    scaled = SystemClock(Anchor(real=START, product=START, scale=60))
    manual = ManualClock(START.astimezone(timezone(timedelta(hours=5))))
    for clock in (SystemClock(), scaled, manual):
        assert clock.now().utcoffset() == clock.real().utcoffset() == timedelta()


def test_at_scale_60_a_minute_passes_in_a_second() -> None:
    anchor = Anchor(real=START, product=START, scale=60)
    assert anchor.product_at(START + timedelta(seconds=1)) == START + MINUTE
    assert anchor.real_at(START + 5 * MINUTE) == START + timedelta(seconds=5)


def test_a_scaled_clock_tells_when_product_time_gets_there() -> None:
    clock = SystemClock(Anchor(real=datetime.now(UTC), product=START, scale=60))
    ahead = clock.to_real(clock.now() + 5 * MINUTE) - clock.real()
    assert timedelta(seconds=4) < ahead <= timedelta(seconds=5)


def test_a_restart_with_the_kept_anchor_continues_product_time() -> None:
    kept = Anchor(real=START, product=START, scale=60)
    before = SystemClock(kept).now()
    assert SystemClock(kept).now() >= before > SystemClock().now()


@pytest.mark.parametrize("scale", [1, 0.5, 60, 3600])
def test_a_changed_scale_continues_where_product_time_was(scale: float) -> None:
    old = Anchor(real=START, product=START, scale=60)
    seam = START + timedelta(seconds=10)
    new = old.rescale(scale, seam)
    assert new.product_at(seam) == old.product_at(seam) == START + 10 * MINUTE
    assert new.product_at(seam + timedelta(seconds=2)) == START + 10 * MINUTE + timedelta(seconds=2 * scale)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_not_a_positive_number_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Anchor(real=START, product=START, scale=scale)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        Anchor(real=naive, product=START, scale=1)
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(naive)
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(START).set(naive)


def test_a_manual_clock_moves_both_times_alike_and_only_when_moved() -> None:
    clock = ManualClock(START)
    assert clock.now() == clock.real() == clock.to_real(START) == START
    clock.forward(MINUTE, seconds=30, hours=1)
    assert clock.now() == clock.real() == START + timedelta(hours=1, minutes=1, seconds=30)
    assert clock.monotonic() == 3690


def test_a_manual_clock_goes_back_only_by_set_and_monotonic_never_does() -> None:
    clock = ManualClock(START)
    with pytest.raises(ValueError, match="does not go back"):
        clock.forward(minutes=-1)
    clock.forward(minutes=1)
    clock.set(START)
    assert (clock.now(), clock.monotonic()) == (START, 60)


def test_whoever_asked_is_told_of_each_move_until_they_end_it() -> None:
    clock = ManualClock(START)
    seen: list[datetime] = []
    end = clock.on_move(lambda: seen.append(clock.now()))
    clock.forward(minutes=1)
    clock.set(START)
    end()
    clock.forward(minutes=1)
    assert seen == [START + MINUTE, START]
