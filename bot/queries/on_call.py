"""Who is on call now, for the reader first: `/oncall`, and the second part of the App Home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import roster
from bot.core import schedule as schedules
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, PolicyId, ServiceId, TeamId, UserId
from bot.core.policy import Policy, TargetKind
from bot.core.schedule import AllChanges, Shift, outlook
from bot.core.views import MyShift, OnCallPerson, OnCallView, TeamOnCall
from bot.store import changes

LOOK_AHEAD = timedelta(days=60)
"""How far the reader's next shift is looked for."""


async def on_call(conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime) -> OnCallView:
    """By one resolver, as for paging (PRODUCT §5)."""
    changed = await changes.since(conn, now, catalogue.schedules.values())
    person = catalogue.person_of(user)
    me = person.id if person else PersonId(user)
    plans = [(schedule, changed.of(schedule.id)) for schedule in catalogue.schedules.values()]
    upcoming = outlook.next_shifts(plans, me, now, 1, within=LOOK_AHEAD)
    return on_call_in(catalogue, changed, me, now, upcoming)


def on_call_in(
    catalogue: Catalogue, changed: AllChanges, me: PersonId, now: datetime, upcoming: Sequence[Shift]
) -> OnCallView:
    """As `on_call`, when the changes were read already and the reader's next shifts are known."""
    return OnCallView(
        now=now,
        mine=tuple(my_shift(catalogue, shift) for shift in shifts_at(catalogue, changed, me, now)),
        next=my_shift(catalogue, upcoming[0]) if upcoming else None,
        teams=tuple(_teams(catalogue, changed, now)),
    )


def shifts_at(catalogue: Catalogue, changed: AllChanges, person: PersonId, at: datetime) -> Iterator[Shift]:
    """The person's shifts that cover an instant."""
    for schedule in catalogue.schedules.values():
        shift = schedules.on_call(schedule, changed.of(schedule.id), at)
        if person in shift.people:
            yield shift


def my_shift(catalogue: Catalogue, shift: Shift) -> MyShift:
    return MyShift(catalogue.schedules[shift.schedule].name, shift.starts_at, shift.ends_at)


def _teams(catalogue: Catalogue, changed: AllChanges, now: datetime) -> Iterator[TeamOnCall]:
    """Each team once for each policy that its services follow, named by the services where there are several."""
    levels: dict[PolicyId, tuple[tuple[OnCallPerson, ...], ...]] = {}
    followed = _policies(catalogue)
    for team in catalogue.teams.values():
        policies = followed.get(team.id, {}).values()
        for policy, services in policies:
            if policy.id not in levels:
                levels[policy.id] = tuple(
                    roster.level_people(policy, level, catalogue, changed, now)
                    for level in range(1, len(policy.levels) + 1)
                )
            names = ", ".join(catalogue.services[service].name for service in services)
            shown = team.name if len(policies) == 1 else f"{team.name} ({names})"
            yield TeamOnCall(shown, levels[policy.id], channels(policy))


def _policies(catalogue: Catalogue) -> dict[TeamId, dict[PolicyId, tuple[Policy, list[ServiceId]]]]:
    """What each team's services follow, and which services."""
    found: dict[TeamId, dict[PolicyId, tuple[Policy, list[ServiceId]]]] = {}
    for service in catalogue.services.values():
        policy = catalogue.policy_for(service.id)
        if service.team is not None and policy is not None:
            its = found.setdefault(service.team, {})
            its.setdefault(policy.id, (policy, []))[1].append(service.id)
    return found


def channels(policy: Policy) -> str:
    """The channels that are told besides the people."""
    found = [t.id for level in policy.levels for t in level.targets if t.kind is TargetKind.CHANNEL]
    return f"also {', '.join(dict.fromkeys(found))}" if found else ""
