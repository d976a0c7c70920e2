"""What the mirror knows, and what the job store tells APScheduler."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.job import Job
from apscheduler.jobstores.base import ConflictingIdError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Anchor, ManualClock, SystemClock
from bot.engine.jobstore import RETRY_AFTER, SAME_MINIMUM_LIMIT, DutyJobStore, Mirror, OnceTrigger

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
ASKED = datetime(2031, 1, 1, tzinfo=UTC)
"""APScheduler's own idea of now; nothing may depend on it."""
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class FrozenClock(SystemClock):
    """A scaled clock at one instant."""

    def real(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 100.0


class BrokenClock(ManualClock):
    """Raises whenever it is asked while broken."""

    broken = False

    def now(self) -> datetime:
        if self.broken:
            raise OSError("no time today")
        return super().now()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def mirror(clock: ManualClock) -> Mirror:
    return Mirror([("escalate", "product"), ("deliver", "real")], clock)


def tell(mirror: Mirror, name: str, at: datetime | None, *, after_run: bool = False) -> bool:
    return mirror.learn(name, mirror.begin_read(name), at, after_run=after_run)


def store_of(mirror: Mirror, floor: float = 10 * 3600) -> DutyJobStore:
    store = DutyJobStore(mirror, floor)
    scheduler = AsyncIOScheduler(timezone=UTC)
    for name in mirror.entries:
        store.add_job(Job(scheduler, id=name, func=print, args=(), kwargs={}, trigger=OnceTrigger()))
    return store


def ids(jobs: list[Job]) -> list[str]:
    return [job.id for job in jobs]


def test_the_trigger_answers_once_and_then_never_again() -> None:
    assert OnceTrigger().get_next_fire_time(None, NOW) == NOW
    assert OnceTrigger().get_next_fire_time(NOW, NOW + HOUR) is None


def test_due_duties_are_handed_out_earliest_first_at_the_schedulers_own_now(mirror: Mirror) -> None:
    tell(mirror, "escalate", NOW)
    tell(mirror, "deliver", NOW - HOUR)
    jobs = store_of(mirror).get_due_jobs(ASKED)
    assert ids(jobs) == ["deliver", "escalate"]
    assert [job._get_run_times(ASKED) for job in jobs] == [[ASKED], [ASKED]]


def test_our_clock_decides_what_is_due_not_the_schedulers(mirror: Mirror, clock: ManualClock) -> None:
    store = store_of(mirror)
    tell(mirror, "escalate", NOW + HOUR)  # years before the instant that APScheduler asks with
    assert ids(store.get_due_jobs(ASKED)) == []
    clock.forward(hours=1)
    assert ids(store.get_due_jobs(ASKED)) == ["escalate"]


def test_a_duty_in_flight_is_never_due(mirror: Mirror) -> None:
    store = store_of(mirror)
    tell(mirror, "escalate", NOW - HOUR)
    assert ids(store.get_due_jobs(ASKED)) == ["escalate"]
    tell(mirror, "escalate", NOW - 2 * HOUR)
    mirror.announce("escalate", None)
    assert ids(store.get_due_jobs(ASKED)) == []
    assert store.get_next_run_time() == ASKED + 10 * HOUR
    mirror.release("escalate")
    assert store.get_next_run_time() == ASKED


def test_product_deadlines_are_told_in_real_time_and_real_ones_are_not_scaled() -> None:
    mirror = Mirror([("escalate", "product"), ("deliver", "real")], FrozenClock(Anchor(NOW, NOW, 60)))
    store = store_of(mirror)
    store.get_due_jobs(ASKED)
    tell(mirror, "deliver", NOW + HOUR)
    assert store.get_next_run_time() == ASKED + HOUR
    tell(mirror, "escalate", NOW + HOUR)
    assert store.get_next_run_time() == ASKED + timedelta(minutes=1)


def test_a_pass_comes_at_the_floor_even_when_nothing_is_known(mirror: Mirror) -> None:
    store = store_of(mirror, floor=1)
    store.get_due_jobs(ASKED)
    assert store.get_next_run_time() == ASKED + SECOND
    tell(mirror, "escalate", NOW + HOUR)
    assert store.get_next_run_time() == ASKED + SECOND


def test_a_retired_store_has_nothing_due_and_ends_the_timer(mirror: Mirror) -> None:
    store = store_of(mirror)
    tell(mirror, "escalate", NOW)
    store.retire()
    assert store.get_due_jobs(ASKED) == []
    assert store.get_next_run_time() is None
    assert mirror.due() == ("escalate",)


def test_the_store_never_raises() -> None:
    clock = BrokenClock(NOW)
    mirror = Mirror([("escalate", "product")], clock)
    store = store_of(mirror, floor=1)
    tell(mirror, "escalate", NOW)
    clock.broken = True
    assert store.get_due_jobs(ASKED) == []
    assert store.get_next_run_time() == ASKED + SECOND
    clock.broken = False
    assert ids(store.get_due_jobs(ASKED)) == ["escalate"]


@pytest.mark.parametrize("far", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_the_edges_of_the_calendar_do_no_harm(far: datetime) -> None:
    mirror = Mirror([("escalate", "product")], FrozenClock(Anchor(NOW, NOW, 0.001)))
    store = store_of(mirror, floor=1)
    tell(mirror, "escalate", far)
    assert ids(store.get_due_jobs(ASKED)) == (["escalate"] if far < NOW else [])
    assert store.get_next_run_time() == ASKED + SECOND


def test_a_removed_job_stays_because_a_duty_never_ends(mirror: Mirror) -> None:
    store = store_of(mirror)
    store.remove_job("escalate")
    store.remove_job("unknown")
    assert ids(store.get_all_jobs()) == ["escalate", "deliver"]
    job = store.lookup_job("escalate")
    assert job is not None
    with pytest.raises(ConflictingIdError):
        store.add_job(job)


def test_an_announced_deadline_counts_at_once_if_it_is_earlier(mirror: Mirror) -> None:
    tell(mirror, "escalate", NOW + HOUR)
    entry = mirror.entries["escalate"]
    assert not mirror.announce("escalate", NOW + 2 * HOUR)
    assert entry.minimum == NOW + HOUR
    assert mirror.announce("escalate", NOW + SECOND)
    assert entry.minimum == NOW + SECOND
    assert mirror.announce("escalate", None)
    assert mirror.due() == ("escalate",)


def test_an_announcement_made_during_a_read_outlives_it(mirror: Mirror) -> None:
    ticket = mirror.begin_read("escalate")
    mirror.announce("escalate", NOW + SECOND)
    mirror.learn("escalate", ticket, None, after_run=False)
    assert mirror.entries["escalate"].minimum == NOW + SECOND
    tell(mirror, "escalate", None)
    assert mirror.entries["escalate"].minimum is None


def test_an_announcement_already_due_stays_until_the_duty_has_run(mirror: Mirror) -> None:
    mirror.announce("escalate", None)
    tell(mirror, "escalate", None)
    assert mirror.due() == ("escalate",)
    tell(mirror, "escalate", None, after_run=True)
    assert mirror.due() == ()


def test_an_older_read_never_replaces_a_newer_one(mirror: Mirror) -> None:
    older = mirror.begin_read("escalate")
    tell(mirror, "escalate", NOW + SECOND)
    assert not mirror.learn("escalate", older, NOW + HOUR, after_run=False)
    assert mirror.entries["escalate"].minimum == NOW + SECOND


def test_a_deadline_without_a_time_zone_is_refused_at_the_door(mirror: Mirror) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        mirror.announce("escalate", naive)
    with pytest.raises(ValueError, match="time zone"):
        tell(mirror, "escalate", naive)
    assert mirror.due() == ()


@pytest.mark.parametrize(
    ("left_behind", "slowed"),
    [
        ([NOW] * (SAME_MINIMUM_LIMIT - 1), False),
        ([NOW] * SAME_MINIMUM_LIMIT, True),
        ([NOW, NOW - SECOND, NOW, NOW - SECOND], False),  # it changes: progress
        ([NOW, NOW, None, NOW], False),  # in between all was done
        ([NOW + HOUR] * SAME_MINIMUM_LIMIT, False),  # not past: nothing to do yet
    ],
)
def test_the_same_past_deadline_three_times_slows_the_duty(
    mirror: Mirror, clock: ManualClock, left_behind: list[datetime | None], slowed: bool
) -> None:
    for at in left_behind:
        tell(mirror, "escalate", at, after_run=True)
    tell(mirror, "escalate", NOW)
    assert (mirror.due() == ()) is slowed
    clock.forward(seconds=RETRY_AFTER)
    assert mirror.due() == ("escalate",)
