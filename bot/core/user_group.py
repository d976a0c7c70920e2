"""Who belongs in a Slack user group that follows schedules, and what becomes of a person's own change to it.

PRODUCT §5: it holds whoever is on call, several schedules may feed it, and it is never emptied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId
from bot.core.policy import TargetKind
from bot.core.schedule import AllChanges, GroupChanges, Schedule, on_call

NOT_ALLOWED = frozenset(
    {
        "paid_teams_only",
        "plan_upgrade_required",
        "permission_denied",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "restricted_action",
        "team_not_allowed",
    }
)
"""Slack's words for a plan, a setting or an app without user groups: no group works then."""
PREFIX = "user_groups:"
CHECK = f"{PREFIX}check"
"""The chore of asking Slack for all user groups: an event may have been missed."""
CHANGE = f"{PREFIX}change"
"""The chore of the next change of shift of any schedule that feeds a group."""
REFUSED = f"{PREFIX}refused"
"""The chore of trying again what Slack refused: for all groups, or with `:` and a handle for one."""


@dataclass(frozen=True)
class SlackGroup:
    """A user group as Slack last told, and as we last set it."""

    id: str
    handle: str
    """With its `@`."""
    name: str
    members: tuple[UserId, ...] = ()
    disabled: bool = False
    set_members: tuple[UserId, ...] = ()
    """Empty: we never set it."""
    set_at: datetime | None = None
    """By Slack's clock, in whole seconds."""


@dataclass(frozen=True)
class Told:
    """A user group as Slack lists it, and who changed it last."""

    group: SlackGroup
    changed_by: UserId
    changed_at: datetime
    """By Slack's clock, in whole seconds."""


@dataclass(frozen=True)
class Followed:
    """A user group and the schedules that feed it, in the order of the configuration."""

    handle: str
    schedules: tuple[Schedule, ...]
    changes: GroupChanges


@dataclass(frozen=True)
class Belonging:
    """Who belongs in a group at an instant, and from when to when that is so."""

    users: tuple[UserId, ...]
    """In the order of the schedules, each once."""
    unreachable: tuple[PersonId, ...]
    """On call, but without an active Slack account."""
    since: datetime
    until: datetime | None
    """None: nothing is planned to change it."""


def followed(catalogue: Catalogue) -> dict[str, Followed]:
    """The groups that follow schedules, by handle; a change by hand is respected if one of the schedules says so."""
    found: dict[str, Followed] = {}
    for schedule in catalogue.schedules.values():
        for handle in schedule.user_groups:
            before = found.get(handle, Followed(handle, (), GroupChanges.UNDO))
            respects = GroupChanges.RESPECT in (before.changes, schedule.user_group_changes)
            rule = GroupChanges.RESPECT if respects else GroupChanges.UNDO
            found[handle] = Followed(handle, (*before.schedules, schedule), rule)
    return found


def named(catalogue: Catalogue) -> tuple[str, ...]:
    """Every group that the configuration names, by handle, each once."""
    return tuple(dict.fromkeys(_named(catalogue)))


def _named(catalogue: Catalogue) -> Iterator[str]:
    for schedule in catalogue.schedules.values():
        yield from schedule.user_groups
    yield from (team.members_from for team in catalogue.teams.values() if team.members_from)
    for policy in catalogue.policies.values():
        targets = (target for level in policy.levels for target in level.targets)
        yield from (target.id for target in targets if target.kind is TargetKind.USER_GROUP)
    if catalogue.admins_from:
        yield catalogue.admins_from


def belonging(group: Followed, catalogue: Catalogue, changes: AllChanges, at: datetime) -> Belonging:
    """Whoever is on call for any of the group's schedules at `at`."""
    shifts = [on_call(schedule, changes.of(schedule.id), at) for schedule in group.schedules]
    people = tuple(dict.fromkeys(person for shift in shifts for person in shift.people))
    users = {person: _user(catalogue, person) for person in people}
    return Belonging(
        users=tuple(dict.fromkeys(user for user in users.values() if user is not None)),
        unreachable=tuple(person for person, user in users.items() if user is None),
        since=max(shift.starts_at for shift in shifts),
        until=min((shift.ends_at for shift in shifts if shift.ends_at is not None), default=None),
    )


def _user(catalogue: Catalogue, person: PersonId) -> UserId | None:
    listed = catalogue.people.get(person)
    return catalogue.user_id(person) if listed is None or listed.reachable else None


def to_set(group: Followed, known: SlackGroup | None, who: Belonging) -> tuple[UserId, ...] | None:
    """Whom the group is to hold from now on; None when it is to be left as it is.

    That is so while nobody is on call, while it is disabled in Slack, and while a person's change is respected.
    """
    if not who.users:
        return None
    if known is None:
        return who.users
    stands = group.changes is GroupChanges.RESPECT and _same(known.set_members, who.users)
    return None if known.disabled or stands or _same(known.members, who.users) else who.users


def changed_by_hand(known: SlackGroup, told: Told, who: Belonging) -> bool:
    """Whether what Slack tells is another's change to what we set; whether that other is a person is not known here."""
    if known.set_at is None or told.changed_at < known.set_at or told.group.disabled:
        return False
    return not _same(told.group.members, known.set_members) and not _same(told.group.members, who.users)


def is_stale(told: Told, known: SlackGroup | None) -> bool:
    """Whether Slack was asked before we set the group, so that what it told is over."""
    return known is not None and known.set_at is not None and told.changed_at < known.set_at


def as_told(known: Mapping[str, SlackGroup], told: Collection[Told]) -> tuple[SlackGroup, ...]:
    """The groups, out of `told`, that are not as they were `known` (by id)."""
    return tuple(one.group for one in told if _told(known.get(one.group.id)) != _told(one.group))


def _told(group: SlackGroup | None) -> tuple[object, ...] | None:
    return (group.handle, group.name, group.members, group.disabled) if group else None


def _same(some: Collection[UserId], others: Collection[UserId]) -> bool:
    """Slack keeps no order."""
    return set(some) == set(others)
