"""Who is on call now, for the reader first: `/oncall`, and the second part of the App Home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import roster
from bot.core import schedule as schedules
from bot.core.catalogue import Catalogue, Policy, TargetKind, Team
from bot.core.ids import PersonId, ServiceId, UserId
from bot.core.roster import Overrides
from bot.core.schedule import Schedule, Shift
from bot.core.views import MyShift, OnCallView, TeamOnCall
from bot.store import overrides

LOOK_AHEAD = timedelta(days=60)
"""How far the reader's next shift is looked for."""


async def on_call(conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime) -> OnCallView:
    """By one resolver, as for paging (PRODUCT §5)."""
    in_force = roster.by_schedule(await overrides.in_force(conn, now, now + LOOK_AHEAD))
    person = catalogue.person_of(user)
    me = person.id if person else PersonId(user)
    upcoming = [
        (schedule, shift)
        for schedule in catalogue.schedules.values()
        if _takes_part(schedule, in_force, me)
        for shift in schedules.shifts(schedule, in_force.get(schedule.id, ()), now, now + LOOK_AHEAD)
        if me in shift.people and shift.starts_at > now
    ]
    first = min(upcoming, key=lambda found: found[1].starts_at, default=None)
    return OnCallView(
        now=now,
        mine=tuple(_shift(schedule, shift) for schedule, shift in _mine_now(catalogue, in_force, me, now)),
        next=_shift(*first) if first else None,
        teams=tuple(_teams(catalogue, in_force, now)),
    )


def _takes_part(schedule: Schedule, in_force: Overrides, me: PersonId) -> bool:
    in_layers = any(me in place for layer in schedule.layers for place in layer.participants)
    return in_layers or any(override.person == me for override in in_force.get(schedule.id, ()))


def _mine_now(
    catalogue: Catalogue, in_force: Overrides, me: PersonId, now: datetime
) -> Iterator[tuple[Schedule, Shift]]:
    for schedule in catalogue.schedules.values():
        shift = schedules.on_call(schedule, in_force.get(schedule.id, ()), now)
        if me in shift.people:
            yield schedule, shift


def _shift(schedule: Schedule, shift: Shift) -> MyShift:
    return MyShift(schedule.name, shift.starts_at, shift.ends_at)


def _teams(catalogue: Catalogue, in_force: Overrides, now: datetime) -> Iterator[TeamOnCall]:
    """Each team once for each policy that its services follow, named by the services where there are several."""
    for team in catalogue.teams.values():
        policies = _policies(catalogue, team)
        for policy, services in policies:
            levels = tuple(
                roster.level_people(policy, level, catalogue, in_force, now)
                for level in range(1, len(policy.levels) + 1)
            )
            names = ", ".join(catalogue.services[service].name for service in services)
            shown = team.name if len(policies) == 1 else f"{team.name} ({names})"
            yield TeamOnCall(shown, levels, _channels(policy))


def _policies(catalogue: Catalogue, team: Team) -> list[tuple[Policy, list[ServiceId]]]:
    found: dict[str, tuple[Policy, list[ServiceId]]] = {}
    for service in catalogue.services.values():
        policy = catalogue.policy_for(service.id)
        if service.team == team.id and policy is not None:
            found.setdefault(policy.id, (policy, []))[1].append(service.id)
    return list(found.values())


def _channels(policy: Policy) -> str:
    """The channels that are told besides the people."""
    found = [t.id for level in policy.levels for t in level.targets if t.kind is TargetKind.CHANNEL]
    return f"also {', '.join(dict.fromkeys(found))}" if found else ""
