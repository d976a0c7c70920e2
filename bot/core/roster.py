"""Whom a policy's targets lead to at one instant: configuration, schedules and their changes become people.

Every "who is on call" goes through `people_on_call`: paging, `/oncall`, the App Home and reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.catalogue import Catalogue
from bot.core.escalation import Contact, Reached, Roster
from bot.core.ids import PersonId, ScheduleId, TeamId, UserId
from bot.core.policy import Policy, Target, TargetKind
from bot.core.schedule import AllChanges, on_call
from bot.core.views import OnCallPerson


def resolve(policy: Policy, catalogue: Catalogue, changes: AllChanges, now: datetime) -> Roster:
    """Every target of `policy` at `now`."""
    targets = {target for level in policy.levels for target in level.targets}
    return {target: reach(target, catalogue, changes, now) for target in targets}


def reach(target: Target, catalogue: Catalogue, changes: AllChanges, now: datetime) -> Reached:
    """Whom one target leads to; when that is nobody, why."""
    match target.kind:
        case TargetKind.CHANNEL:
            return Reached(channel=target.id)
        case TargetKind.USER:
            return _people(catalogue, (PersonId(target.id),), "")
        case TargetKind.TEAM:
            return _team(catalogue, TeamId(target.id))
        case TargetKind.SCHEDULE:
            return _schedule(catalogue, ScheduleId(target.id), changes, now)
        case TargetKind.USER_GROUP:
            return _user_group(catalogue, target.id)
        case TargetKind.WEBHOOK | TargetKind.MANAGER | TargetKind.POLICY:
            return Reached(reason=f"{target.kind.value} {target.id} leads to nobody")


def people_on_call(
    schedule: ScheduleId, catalogue: Catalogue, changes: AllChanges, now: datetime
) -> tuple[OnCallPerson, ...]:
    """Who is on call for a schedule at `now`, also those whom Slack does not know; empty in a gap."""
    known = catalogue.schedules.get(schedule)
    if known is None:
        return ()
    shift = on_call(known, changes.of(schedule), now)
    return tuple(_shown(catalogue, person, shift.ends_at) for person in shift.people)


def level_people(
    policy: Policy, level: int, catalogue: Catalogue, changes: AllChanges, now: datetime
) -> tuple[OnCallPerson, ...]:
    """Whom a level (1-based) leads to at `now`, as it is shown to people."""
    found: dict[str, OnCallPerson] = {}
    for target in policy.levels[level - 1].targets:
        if target.kind is TargetKind.SCHEDULE:
            people = people_on_call(ScheduleId(target.id), catalogue, changes, now)
        elif target.kind is TargetKind.TEAM:
            team = catalogue.teams.get(TeamId(target.id))
            people = tuple(_shown(catalogue, member, None) for member in (team.members if team else ()))
        elif target.kind is TargetKind.USER_GROUP:
            group = catalogue.user_groups.get(target.id)
            people = tuple(_shown(catalogue, member, None) for member in (group.members if group else ()))
        elif target.kind is TargetKind.USER:
            people = (_shown(catalogue, PersonId(target.id), None),)
        else:
            people = ()
        for person in people:
            found.setdefault(person.user or person.name, person)
    return tuple(found.values())


def _shown(catalogue: Catalogue, person: PersonId, until: datetime | None) -> OnCallPerson:
    listed = catalogue.people.get(person)
    return OnCallPerson(listed.name if listed else person, catalogue.user_id(person), until)


def _people(
    catalogue: Catalogue,
    people: Sequence[PersonId],
    via: str,
    until: datetime | None = None,
    schedule: ScheduleId | None = None,
) -> Reached:
    contacts: list[Contact] = []
    missing: list[str] = []
    for person in people:
        listed = catalogue.people.get(person)
        user = catalogue.user_id(person)
        if user is None or (listed is not None and not listed.reachable):
            missing.append(f"{listed.name if listed else person} has no active Slack account")
        else:
            contacts.append(Contact(UserId(user), via, until))
    return Reached(tuple(contacts), reason="; ".join(missing), schedule=schedule if missing else None)


def _team(catalogue: Catalogue, team: TeamId) -> Reached:
    known = catalogue.teams.get(team)
    if known is None:
        return Reached(reason=f"The team {team} is not configured any more")
    if not known.members:
        return Reached(reason=f"The team {known.name} has no members")
    return _people(catalogue, known.members, known.name)


def _user_group(catalogue: Catalogue, handle: str) -> Reached:
    """As Slack last told."""
    known = catalogue.user_groups.get(handle)
    if known is None:
        return Reached(reason=f"Slack has told of no user group {handle}")
    if not known.members:
        return Reached(reason=f"The user group {handle} has no members")
    return _people(catalogue, known.members, handle)


def _schedule(catalogue: Catalogue, schedule: ScheduleId, changes: AllChanges, now: datetime) -> Reached:
    known = catalogue.schedules.get(schedule)
    if known is None:
        return Reached(reason=f"The schedule {schedule} is not configured any more")
    shift = on_call(known, changes.of(schedule), now)
    if not shift.people:
        return Reached(reason=f"Nobody is on call for {known.name}", schedule=schedule)
    return _people(catalogue, shift.people, known.name, shift.ends_at, schedule)
