"""Whom a policy's targets lead to at one instant: configuration, schedules and their changes become people.

Every "who is on call" goes through `people_on_call`: paging, `/oncall`, the App Home and reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.core import conditions
from bot.core.catalogue import Catalogue
from bot.core.decision import Contact, Reached
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, TeamId, UserId, WebhookId
from bot.core.policy import Assign, Policy, Target, TargetKind
from bot.core.schedule import AllChanges, on_call
from bot.core.views import OnCallPerson


@dataclass(frozen=True)
class Wants:
    """What a policy's steps ask about beside whom its targets lead to."""

    managers: bool
    conditions: bool
    held: bool
    turns: bool


def wants(policy: Policy) -> Wants:
    """Of a running policy, with all of its legs."""
    levels = [level for leg in (policy, *policy.then) for level in leg.levels]
    when = [condition for level in levels for condition in level.when]
    return Wants(
        managers=any(target.kind is TargetKind.MANAGER for target in targets(policy)),
        conditions=bool(when),
        held=conditions.asks(when, "held"),
        turns=any(level.assign is Assign.ROUND_ROBIN for level in levels),
    )


def targets(policy: Policy) -> frozenset[Target]:
    """All that a running policy leads to, by any of its legs."""
    legs = (policy, *policy.then)
    return frozenset(target for leg in legs for level in leg.levels for target in level.targets)


def resolve(
    policy: Policy, catalogue: Catalogue, changes: AllChanges, now: datetime
) -> Mapping[Target, Reached]:
    """Every target of a running policy at `now`; managers depend on the page."""
    return {
        target: reach(target, catalogue, changes, now)
        for target in targets(policy)
        if target.kind is not TargetKind.MANAGER
    }


class AsNeeded(Mapping[Target, Reached]):
    """As `resolve`, of the targets that are asked for alone: a long policy is looked at level by level."""

    def __init__(self, policy: Policy, catalogue: Catalogue, changes: AllChanges, now: datetime) -> None:
        self._policy = policy
        self._catalogue = catalogue
        self._changes = changes
        self._now = now

    def __getitem__(self, target: Target) -> Reached:
        return reach(target, self._catalogue, self._changes, self._now)

    def __iter__(self) -> Iterator[Target]:
        return iter(targets(self._policy))

    def __len__(self) -> int:
        return len(targets(self._policy))


def managers(catalogue: Catalogue, people: Iterable[UserId]) -> Mapping[UserId, Reached]:
    """The manager of each of these; without one, or with one who has no account, why nobody is reached."""
    return {user: _manager(catalogue, user) for user in people}


def _manager(catalogue: Catalogue, user: UserId) -> Reached:
    person = catalogue.person_of(user)
    if person is None or person.manager is None:
        return Reached(reason=f"{person.name if person else f'<@{user}>'} has no manager")
    return _people(catalogue, (person.manager,), f"manager of {person.name}")


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
        case TargetKind.WEBHOOK:
            return _webhook(catalogue, WebhookId(target.id))
        case TargetKind.POLICY:
            return Reached(reason=f"The policy {target.id} is not configured any more")
        case TargetKind.MANAGER:
            return Reached(reason="nobody was paged before whose manager could be")


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


def _webhook(catalogue: Catalogue, webhook: WebhookId) -> Reached:
    if webhook not in catalogue.webhooks:
        return Reached(reason=f"The webhook {webhook} is not configured any more")
    return Reached(webhook=webhook)


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
