"""Who is on call for a schedule, team, service or everything at an instant, and when somebody is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import roster
from bot.core import schedule as schedules
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, PolicyId, ScheduleId, ServiceId, UserId
from bot.core.on_call_views import PersonView, ScheduleOnCall, SpanView, WhoView
from bot.core.policy import Policy, TargetKind
from bot.core.schedule import AllChanges, Changes, Schedule, Shift, outlook
from bot.core.views import OnCallPerson, TeamOnCall
from bot.queries import handoffs, on_call
from bot.store import changes

MOST_SHIFTS = 8


async def who(
    conn: AsyncConnection,
    catalogue: Catalogue,
    about: str,
    wanted: Iterable[Schedule],
    services: Iterable[ServiceId],
    at: datetime,
    now: datetime,
) -> WhoView:
    """`about` is how what was asked for is called; `wanted` are its schedules, `services` those that page by them."""
    shown = tuple(wanted)
    changed = await changes.since(conn, min(at, now), catalogue.schedules.values())
    has_notes = shown if about and at == now else ()
    running = [schedules.on_call(schedule, changed.of(schedule.id), now) for schedule in has_notes]
    return WhoView(
        about=about,
        at=at,
        is_now=at == now,
        chains=tuple(_chains(catalogue, services, changed, at)),
        schedules=tuple(of_schedule(catalogue, schedule, changed, at) for schedule in shown),
        notes=await handoffs.of_shifts(conn, catalogue, running, now),
    )


def services_of(catalogue: Catalogue, wanted: Iterable[Schedule]) -> tuple[ServiceId, ...]:
    """The services whose policies page one of the schedules."""
    ids = {schedule.id for schedule in wanted}
    return tuple(service for service in catalogue.services if ids & _paged_by(catalogue, service))


def _paged_by(catalogue: Catalogue, service: ServiceId) -> set[str]:
    policy = catalogue.policy_for(service)
    targets = [target for level in policy.levels for target in level.targets] if policy else []
    return {target.id for target in targets if target.kind is TargetKind.SCHEDULE}


def _chains(
    catalogue: Catalogue, services: Iterable[ServiceId], changed: AllChanges, at: datetime
) -> Iterable[TeamOnCall]:
    """Each policy once, named by the services that follow it."""
    followed: dict[PolicyId, tuple[Policy, list[str]]] = {}
    for service in services:
        policy = catalogue.policy_for(service)
        if policy is not None:
            followed.setdefault(policy.id, (policy, []))[1].append(catalogue.services[service].name)
    for policy, names in followed.values():
        levels = tuple(
            roster.level_people(policy, level, catalogue, changed, at)
            for level in range(1, len(policy.levels) + 1)
        )
        yield TeamOnCall(", ".join(names), levels, on_call.channels(policy))


async def at(
    conn: AsyncConnection, catalogue: Catalogue, schedule: ScheduleId, instant: datetime
) -> tuple[PersonId, ...]:
    """Who is on call for a schedule at an instant; nobody for one that is not configured any more."""
    known = catalogue.schedules.get(schedule)
    if known is None:
        return ()
    changed = await changes.since(conn, instant, (known,))
    return schedules.on_call(known, changed.of(schedule), instant).people


def of_schedule(
    catalogue: Catalogue, schedule: Schedule, changed: AllChanges, at: datetime
) -> ScheduleOnCall:
    own = changed.of(schedule.id)
    shift = schedules.on_call(schedule, own, at)
    after = _after(schedule, own, shift)
    return ScheduleOnCall(
        schedule=schedule.name,
        people=people(catalogue, shift.people),
        until=shift.ends_at if after else None,
        origin=shift.override.origin if shift.override else None,
        instead_of=people(catalogue, shift.standing_in_for),
        next=people(catalogue, after.people) if after else (),
        stays_until=after.starts_at if after and after.starts_at != shift.ends_at else None,
    )


def _after(schedule: Schedule, changed: Changes, shift: Shift) -> Shift | None:
    """The first shift after it that is of others; None when there is none within 60 days of its end."""
    if shift.ends_at is None:
        return None
    coming = schedules.following(schedule, changed, shift.ends_at, shift.ends_at + on_call.LOOK_AHEAD)
    return next((each for each in coming if each.people != shift.people), None)


async def person(
    conn: AsyncConnection,
    catalogue: Catalogue,
    one: PersonId,
    reader: UserId,
    at: datetime,
    now: datetime,
) -> PersonView:
    """Somebody's shifts that cover `at`, and the next ones after it."""
    changed = await changes.since(conn, min(at, now), catalogue.schedules.values())
    plans = [(schedule, changed.of(schedule.id)) for schedule in catalogue.schedules.values()]
    upcoming = outlook.next_shifts(plans, one, at, MOST_SHIFTS, within=on_call.LOOK_AHEAD)
    return PersonView(
        reader=reader,
        person=shown(catalogue, one),
        at=at,
        is_now=at == now,
        current=tuple(
            on_call.my_shift(catalogue, each) for each in on_call.shifts_at(catalogue, changed, one, at)
        ),
        upcoming=tuple(on_call.my_shift(catalogue, each) for each in upcoming),
    )


async def within(
    conn: AsyncConnection,
    catalogue: Catalogue,
    one: PersonId,
    reader: UserId,
    starts_at: datetime,
    ends_at: datetime,
) -> SpanView:
    """Somebody's time on call between two instants, in order."""
    changed = await changes.since(conn, starts_at, catalogue.schedules.values())
    found = [
        shift
        for schedule in catalogue.schedules.values()
        for shift in schedules.shifts(schedule, changed.of(schedule.id), starts_at, ends_at)
        if one in shift.people
    ]
    found.sort(key=lambda shift: shift.starts_at)
    mine = tuple(on_call.my_shift(catalogue, shift) for shift in found)
    return SpanView(reader, shown(catalogue, one), starts_at, ends_at, mine)


def people(catalogue: Catalogue, found: Iterable[PersonId]) -> tuple[OnCallPerson, ...]:
    return tuple(shown(catalogue, one) for one in found)


def shown(catalogue: Catalogue, one: PersonId) -> OnCallPerson:
    listed = catalogue.people.get(one)
    return OnCallPerson(listed.name if listed else one, catalogue.user_id(one))
