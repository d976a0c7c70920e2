"""Edits keep to Slack's pace."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import ManualClock
from bot.core.debts import DebtKind
from bot.engine.deliver import IN_FLIGHT, KEPT_FOR_PAGES
from bot.engine.pace import AT_ONCE, BESIDE_SLACK_AT_ONCE, ONE_BY_ONE_FOR, Pace

COPY, HOME, CARD = DebtKind.PAGE_COPY, DebtKind.HOME, DebtKind.INCIDENT_CARD


def test_none_goes_while_slack_asks_to_wait_then_one_at_a_time_then_as_before(clock: ManualClock) -> None:
    pace = Pace(clock)
    room = pace.room([COPY, COPY, CARD])
    assert (room[COPY], room[HOME]) == (AT_ONCE - 2, AT_ONCE)
    pace.asked_to_wait(COPY, 30)
    room = pace.room([])
    assert (room[COPY], room[HOME]) == (0, AT_ONCE)
    assert pace.resumes_at() == clock.real() + timedelta(seconds=30)
    clock.forward(seconds=30)
    assert pace.resumes_at() is None
    assert (pace.room([])[COPY], pace.room([COPY])[COPY]) == (1, 0)
    clock.forward(seconds=ONE_BY_ONE_FOR)
    assert pace.room([])[COPY] == AT_ONCE


def test_a_shorter_wait_does_not_end_a_longer_one(clock: ManualClock) -> None:
    pace = Pace(clock)
    pace.asked_to_wait(COPY, 30)
    pace.asked_to_wait(COPY, 1)
    assert pace.resumes_at() == clock.real() + timedelta(seconds=30)


def test_what_many_methods_pay_has_no_pace(clock: ManualClock) -> None:
    pace = Pace(clock)
    pace.asked_to_wait(CARD, 30)
    assert CARD not in pace.room([])
    assert pace.resumes_at() is None


def test_providers_that_hang_leave_room_for_slack(clock: ManualClock) -> None:
    pace = Pace(clock)
    hanging = [DebtKind.PAGE_METHOD] * BESIDE_SLACK_AT_ONCE
    assert pace.room(hanging)[DebtKind.PAGE_METHOD] == 0
    assert BESIDE_SLACK_AT_ONCE < IN_FLIGHT - KEPT_FOR_PAGES
