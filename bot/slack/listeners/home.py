"""The calendar of the App Home: another schedule, another week, a gap taken."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from slack_bolt.async_app import AsyncApp

from bot.core.ids import ScheduleId
from bot.core.permissions import Action
from bot.slack import ids
from bot.slack.listeners.answering import Click
from bot.slack.listeners.asking import Answer, Asked, Desk
from bot.slack.listeners.serving import Serve
from bot.usecases import homes, overrides


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.action(ids.HOME_SCHEDULE)(serve(choose_schedule, Action.WORK_INCIDENT, Click))
    bolt.action(re.compile(f"^{ids.HOME_WEEK}:"))(serve(choose_week, Action.WORK_INCIDENT, Click))
    bolt.action(ids.HOME_TAKE_GAP)(serve(take_gap, Action.PLAN_ON_CALL, Click))


async def choose_schedule(desk: Desk, asked: Asked) -> Answer:
    await homes.choose_schedule(desk.db, asked.user, ScheduleId(asked.value))
    return None


async def choose_week(desk: Desk, asked: Asked) -> Answer:
    monday = date.fromisoformat(asked.value) if asked.value else None
    await homes.choose_week(desk.db, asked.user, monday)
    return None


async def take_gap(desk: Desk, asked: Asked) -> Answer:
    """What came of it shows on the Home itself."""
    schedule, starts, ends = asked.value.rsplit(":", 2)
    starts_at, ends_at = (datetime.fromtimestamp(int(one), UTC) for one in (starts, ends))
    await overrides.take_gap(desk.db, desk.catalogue(), ScheduleId(schedule), starts_at, ends_at, asked.user)
    return None
