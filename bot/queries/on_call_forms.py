"""What the forms of on-call offer: somebody's shifts to come, and their time off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId
from bot.core.on_call_views import AwayLine, AwayView, ShiftChoice, StandIn
from bot.core.schedule import Shift, outlook
from bot.queries import on_call, who_is_on_call
from bot.store import changes, time_off
from bot.store.time_off import Away

MOST_OFFERED = 20
FOR_GOOD = timedelta(days=7)
"""What is offered of a shift that never ends."""


async def shifts_to_give(
    conn: AsyncConnection, catalogue: Catalogue, person: PersonId, now: datetime
) -> tuple[ShiftChoice, ...]:
    """The person's present shifts, then their next ones, in order of time."""
    changed = await changes.since(conn, now, catalogue.schedules.values())
    plans = [(schedule, changed.of(schedule.id)) for schedule in catalogue.schedules.values()]
    present = list(on_call.shifts_at(catalogue, changed, person, now))
    coming = outlook.next_shifts(plans, person, now, MOST_OFFERED, within=on_call.LOOK_AHEAD)
    found = [
        ShiftChoice(
            shift.schedule,
            catalogue.schedules[shift.schedule].name,
            person,
            shift.starts_at,
            shift.ends_at or _for_a_while(now),
        )
        for shift in (*present, *coming)
    ]
    return tuple(found[:MOST_OFFERED])


def _for_a_while(now: datetime) -> datetime:
    """The same all day long, so that a form that is drawn again knows what was chosen."""
    return datetime.combine(now.date(), time(0), UTC) + FOR_GOOD


async def time_off_of(conn: AsyncConnection, person: PersonId, now: datetime) -> tuple[AwayLine, ...]:
    return tuple(away_line(one) for one in await time_off.coming(conn, person, now))


def away_line(one: Away) -> AwayLine:
    return AwayLine(one.id, one.starts_at, one.ends_at, one.reason, one.calendar is not None)


def away_view(catalogue: Catalogue, one: Away, shifts: Iterable[Shift]) -> AwayView:
    """`shifts` are those that change because of it."""
    stand_ins = (
        StandIn(
            catalogue.schedules[shift.schedule].name,
            who_is_on_call.people(catalogue, shift.people),
            shift.starts_at,
            shift.ends_at or one.ends_at,
        )
        for shift in shifts
    )
    return AwayView(away_line(one), tuple(stand_ins))
