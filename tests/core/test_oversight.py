"""What managers see: load, coming gaps, and people on call whom nothing reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import oversight
from bot.core.ids import PersonId, ScheduleId, TeamId, UserId
from bot.core.schedule import NO_CHANGES, Layer, TimeOfDay
from tests.company import ANA, company

COMPANY = company()
PRIMARY, SECONDARY = ScheduleId("payments-primary"), ScheduleId("payments-secondary")
NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)


def test_an_admin_looks_after_everything_an_owner_after_their_own_others_after_nothing() -> None:
    bobs = replace(COMPANY.schedules[PRIMARY], owner=PersonId("bob"))
    carols = replace(COMPANY.teams[TeamId("payments")], owner=PersonId("carol"))
    known = replace(
        COMPANY,
        schedules={**COMPANY.schedules, PRIMARY: bobs},
        teams={**COMPANY.teams, carols.id: carols},
    )
    after = {name: oversight.looked_after(known, PersonId(name)) for name in ("frank", "bob", "carol", "ana")}
    assert after == {
        "frank": (PRIMARY, SECONDARY),
        "bob": (PRIMARY,),
        "carol": (PRIMARY, SECONDARY),
        "ana": (),
    }


def test_time_on_call_of_four_weeks_is_shared_by_the_rotation() -> None:
    tiles = oversight.around((COMPANY.schedules[PRIMARY], NO_CHANGES), NOW)
    found = oversight.time_on_call([tiles], NOW)
    assert set(found) == {"ana", "bob"}
    assert sum(found.values(), timedelta()) == oversight.LOAD_OF


@pytest.mark.parametrize(
    ("at", "zone", "night"),
    [
        (NOW, "UTC", True),
        (NOW.replace(hour=7, minute=0), "UTC", False),
        (NOW.replace(hour=6, minute=59), "UTC", True),
        (NOW.replace(hour=22, minute=0), "UTC", True),
        (NOW.replace(hour=21, minute=59), "UTC", False),
        (NOW, "Asia/Tokyo", False),
    ],
)
def test_night_is_by_ones_own_clocks(at: datetime, zone: str, night: bool) -> None:
    assert oversight.is_night(at, zone) is night


def test_pages_are_counted_for_each_person_also_for_those_who_are_not_listed() -> None:
    noon = NOW.replace(hour=12)
    found = oversight.pages_per_person(COMPANY, [(ANA, NOW), (ANA, noon), (UserId("UGUEST"), noon)])
    assert {name: (one.pages, one.at_night) for name, one in found.items()} == {
        "ana": (2, 1),
        "UGUEST": (1, 0),
    }


def test_what_is_ahead_is_who_is_on_call_who_follows_and_the_gaps() -> None:
    (weekly,) = COMPANY.schedules[PRIMARY].layers
    assert isinstance(weekly, Layer)
    layer = replace(
        weekly,
        restrictions=(
            TimeOfDay(NOW.time().replace(hour=0, minute=0), NOW.time().replace(hour=22, minute=0)),
        ),
    )
    plan = replace(COMPANY.schedules[PRIMARY], layers=(layer,)), NO_CHANGES
    found = oversight.ahead(plan, NOW)
    assert found.now.people == ("ana",)
    assert found.next is not None
    assert found.next.people == ()
    assert len(found.gaps) == 30


def test_whoever_slack_does_not_know_or_has_deactivated_cannot_be_reached() -> None:
    ana = COMPANY.people[PersonId("ana")]
    unknown = replace(COMPANY, people={ana.id: replace(ana, user_id=None)})
    gone = replace(COMPANY, people={ana.id: replace(ana, reachable=False)})
    why = [oversight.unreachable(known, ana.id) for known in (unknown, gone, COMPANY)]
    assert why == ["unknown", "deactivated", ""]
