"""Schedules for whoever looks after them: all of them with their owners, one of them, and a preview of a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import schedule as schedules
from bot.core.catalogue import Catalogue
from bot.core.configuration import ConfigObject, Kind, Owner
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.permissions import refused_schedule
from bot.core.person_uses import uses
from bot.core.schedule import Changes, Schedule, Shift
from bot.core.schedule_views import (
    Editable,
    PersonTurn,
    PersonUses,
    PlannedDifference,
    PlannedShift,
    Preview,
    ScheduleLine,
    SchedulePlan,
)
from bot.core.views import OnCallPerson
from bot.store import changes, configuration

AHEAD = timedelta(days=14)
"""How far a plan is shown."""


async def listed(
    conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime
) -> tuple[ScheduleLine, ...]:
    """Every schedule, by name."""
    changed = await changes.since(conn, now, catalogue.schedules.values())
    kept = {one.key: one for one in await configuration.objects(conn, Kind.SCHEDULE)}
    found = [
        _line(catalogue, schedule, changed.of(schedule.id), kept.get(schedule.id), user, now)
        for schedule in catalogue.schedules.values()
    ]
    return tuple(sorted(found, key=lambda line: line.name.casefold()))


async def editable(
    conn: AsyncConnection, catalogue: Catalogue, schedule: ScheduleId, user: UserId, now: datetime
) -> Editable | None:
    """One schedule as it is kept, with what its owner may know; None when there is none of this id."""
    kept = {one.key: one for one in await configuration.objects(conn, Kind.SCHEDULE)}
    one, known = kept.get(schedule), catalogue.schedules.get(schedule)
    if one is None or known is None:
        return None
    content = _content(one)
    changed = await changes.since(conn, now, (known,))
    return Editable(
        schedule=content,
        version=one.digest,
        line=_line(catalogue, known, changed.of(schedule), one, user, now),
        refusal=_refusal(catalogue, known, one, user),
        users=tuple((person, found) for person in content.people if (found := catalogue.user_id(person))),
    )


async def plan(
    conn: AsyncConnection, catalogue: Catalogue, schedule: Schedule, now: datetime
) -> SchedulePlan:
    """The next two weeks of a schedule, as the resolver says."""
    changed = await changes.since(conn, now, (schedule,))
    return _plan(catalogue, schedule, changed.of(schedule.id), now)


async def preview(conn: AsyncConnection, catalogue: Catalogue, wanted: Schedule, now: datetime) -> Preview:
    """The next two weeks as they would be by `wanted`, beside what is planned by the one that is kept."""
    kept = {one.key: one for one in await configuration.objects(conn, Kind.SCHEDULE)}
    present = _content(kept[wanted.id]) if wanted.id in kept else None
    changed = (await changes.since(conn, now, (wanted,))).of(wanted.id)
    return Preview(
        plan=_plan(catalogue, wanted, changed, now),
        differences=None
        if present is None
        else tuple(
            PlannedDifference(
                one.starts_at, one.ends_at, people(catalogue, one.before), people(catalogue, one.after)
            )
            for one in schedules.differences(present, wanted, changed, now, now + AHEAD)
        ),
    )


async def person_uses(
    conn: AsyncConnection, catalogue: Catalogue, person: PersonId, now: datetime
) -> PersonUses:
    """Where somebody is needed: by configuration, and on call now or later."""
    changed = await changes.since(conn, now, catalogue.schedules.values())
    plans = [(schedule, changed.of(schedule.id)) for schedule in catalogue.schedules.values()]
    return PersonUses(
        id=person,
        person=people(catalogue, [person])[0],
        places=uses(await configuration.objects(conn), person),
        turns=tuple(
            PersonTurn(
                schedule=catalogue.schedules[use.schedule].name,
                on_call_now=use.on_call_now,
                next=_next(catalogue, use.next),
                overrides=len(use.overrides),
            )
            for use in schedules.used_in(plans, person, now)
        ),
    )


def _next(catalogue: Catalogue, shift: Shift | None) -> PlannedShift | None:
    if shift is None:
        return None
    return PlannedShift(shift.starts_at, shift.ends_at or shift.starts_at, people(catalogue, shift.people))


def people(catalogue: Catalogue, persons: Iterable[PersonId]) -> tuple[OnCallPerson, ...]:
    """By their names and Slack users."""
    return tuple(
        OnCallPerson(
            catalogue.people[person].name if person in catalogue.people else person, catalogue.user_id(person)
        )
        for person in persons
    )


def _content(one: ConfigObject) -> Schedule:
    found = one.content()
    assert isinstance(found, Schedule)
    return found


def _plan(catalogue: Catalogue, schedule: Schedule, changed: Changes, now: datetime) -> SchedulePlan:
    end = now + AHEAD
    gaps = schedules.gaps(schedule, changed, now, end)
    return SchedulePlan(
        name=schedule.name,
        time_zone=schedule.time_zone,
        starts_at=now,
        ends_at=end,
        shifts=tuple(
            PlannedShift(shift.starts_at, shift.ends_at or end, people(catalogue, shift.people))
            for shift in schedules.shifts(schedule, changed, now, end)
        ),
        uncovered=sum((gap.ends_at - gap.starts_at for gap in gaps), timedelta()),
    )


def _line(
    catalogue: Catalogue,
    schedule: Schedule,
    changed: Changes,
    kept: ConfigObject | None,
    user: UserId,
    now: datetime,
) -> ScheduleLine:
    team = catalogue.teams.get(schedule.team) if schedule.team else None
    return ScheduleLine(
        id=schedule.id,
        name=schedule.name,
        team=team.name if team else "",
        on_call=people(catalogue, schedules.on_call(schedule, changed, now).people),
        file=kept.file if kept else None,
        line=kept.line if kept else None,
        may_change=kept is not None and not _refusal(catalogue, schedule, kept, user),
    )


def _refusal(catalogue: Catalogue, schedule: Schedule, kept: ConfigObject, user: UserId) -> str:
    if kept.owner is Owner.FILE:
        return f"It is declared in {kept.file}, line {kept.line}. Change it there."
    return refused_schedule(catalogue, user, schedule) or ""
