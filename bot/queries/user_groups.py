"""User groups that follow schedules: whom one is to hold now, what a notice tells of, and what Slack refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import user_group as rules
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.group_views import GroupNotice
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.user_group import CHECK, PREFIX, REFUSED, Followed, SlackGroup
from bot.core.views import OnCallPerson
from bot.store import changes, chores, user_groups


@dataclass(frozen=True)
class Due:
    """A group that is to be set; `known` None: Slack has told of none with this handle."""

    group: Followed
    known: SlackGroup | None
    members: tuple[UserId, ...]


async def due(conn: AsyncConnection, catalogue: Catalogue, handle: str, now: datetime) -> Due | None:
    """Whom the group is to hold; None when it is to be left as it is."""
    group = rules.followed(catalogue).get(handle)
    if group is None:
        return None
    known = {one.handle: one for one in await user_groups.every(conn)}.get(handle)
    changed = await changes.since(conn, now, group.schedules)
    members = rules.to_set(group, known, rules.belonging(group, catalogue, changed, now))
    return Due(group, known, members) if members is not None else None


def told(catalogue: Catalogue, data: Mapping[str, Any]) -> GroupNotice:
    """`data` as `usecases.user_groups` owed it."""
    schedules = (catalogue.schedules.get(ScheduleId(key)) for key in data.get("schedules", ()))
    return GroupNotice(
        handles=tuple(data.get("handles") or (data["handle"],)),
        schedules=tuple(schedule.name for schedule in schedules if schedule),
        members=tuple(OnCallPerson(user, UserId(user)) for user in data.get("members", ())),
        unreachable=_people(catalogue, data.get("unreachable", ())),
        error=data.get("error", ""),
        doing=data.get("doing", ""),
    )


def _people(catalogue: Catalogue, people: Sequence[str]) -> tuple[OnCallPerson, ...]:
    listed = (catalogue.people.get(PersonId(person)) for person in people)
    return tuple(
        OnCallPerson(one.name if one else person, one.user_id if one else None)
        for person, one in zip(people, listed, strict=True)
    )


async def problem(conn: AsyncConnection, catalogue: Catalogue) -> str:
    """What Slack refuses, in a sentence; empty when all is well or no group is named in the configuration."""
    handles = rules.named(catalogue)
    if not handles:
        return ""
    kept = await chores.named(conn, PREFIX)
    refused = [(key, chore.data["refused"]) for key, chore in kept.items() if chore.data.get("refused")]
    for key, error in refused:
        if key in (CHECK, REFUSED):
            doing = "read" if key == CHECK else "change"
            return f"Slack does not let Tocsin {doing} user groups ({error}); it is tried again every day"
    said = ", ".join(f"{key.removeprefix(f'{REFUSED}:')} ({error})" for key, error in refused)
    return f"Slack refuses to change the user groups {said}; it is tried again every day" if said else ""
