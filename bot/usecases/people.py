"""Somebody goes: they are replaced wherever Slack owns the place, in one step; files are changed by hand."""

from __future__ import annotations

from dataclasses import replace

from bot.core.catalogue import Catalogue
from bot.core.configuration import ConfigObject, Kind, Owner
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId
from bot.core.permissions import Action, refused_policies, refused_schedule
from bot.core.person_uses import PersonUse, replaced, replaced_in_policy, uses
from bot.core.policy import Policy
from bot.core.schedule import Schedule
from bot.errors import NotAllowed, Wrong
from bot.store import configuration as objects
from bot.store import overrides
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import policies
from bot.usecases.configuration import load_catalogue
from bot.usecases.members import require
from bot.usecases.schedule_changes import person_of, put_on_call
from bot.usecases.schedules import put, unreachable


@dataclass(frozen=True)
class Removed:
    """What was done, and what is left to do by hand."""

    person: PersonId
    by: PersonId | None
    """Who took over; None when nobody had to."""
    schedules: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    overrides: int = 0
    left: tuple[PersonUse, ...] = ()
    """Places that files declare, and policies made in Slack that only admins change."""


async def remove(db: Database, person: PersonId, replacement: UserId | None, by: UserId) -> Removed:
    """Put `replacement` in all places of a person that Slack owns, and in their overrides that are not over.

    All or nothing, but for policies, which are left where they are not theirs to change. Raises `Wrong` with where the
    person is needed when there is no replacement or it is no good, and `NotAllowed` when one of the schedules is not
    theirs to change.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.CHANGE_SCHEDULES, by)
        catalogue = await load_catalogue(tx.conn)
        kept = await objects.objects(tx.conn)
        found = uses(kept, person)
        moves = {Kind.SCHEDULE} if refused_policies(catalogue, by) else {Kind.SCHEDULE, Kind.POLICY}
        left = tuple(use for use in found if use.file is not None or use.kind not in moves)
        mine = {(use.kind, use.key) for use in found} - {(use.kind, use.key) for use in left}
        theirs = [one for one in kept if (one.kind, one.key) in mine]
        ahead = await overrides.of_person(tx.conn, person, tx.now)
        if not (theirs or ahead):
            return Removed(person, None, left=left)
        _require_entitled(catalogue, theirs, by)
        other = await _replacement(tx, catalogue, person, replacement, found, len(ahead))
        for one in theirs:
            await _replace(tx, one, person, other, by)
        for override in ahead:
            await overrides.end(tx.conn, override, tx.now, by)
            if override.schedule in catalogue.schedules:
                wanted = replace(
                    override, person=other, starts_at=max(override.starts_at, tx.now), by=by, id=0
                )
                await put_on_call(tx, catalogue, wanted, by)
        names = {
            kind: tuple(str(one.body.get("name", one.key)) for one in theirs if one.kind is kind)
            for kind in (Kind.SCHEDULE, Kind.POLICY)
        }
        return Removed(person, other, names[Kind.SCHEDULE], names[Kind.POLICY], len(ahead), left)


async def _replace(tx: Tx, one: ConfigObject, person: PersonId, other: PersonId, by: UserId) -> None:
    content = one.content()
    if isinstance(content, Policy):
        await policies.put(tx, one, replaced_in_policy(content, person, other), by)
    else:
        assert isinstance(content, Schedule)
        await put(tx, one, replaced(content, person, other), by)


def _require_entitled(catalogue: Catalogue, theirs: list[ConfigObject], by: UserId) -> None:
    for one in theirs:
        assert one.owner is Owner.SLACK
        content = one.content()
        if not isinstance(content, Schedule):
            continue
        if refused := refused_schedule(catalogue, by, catalogue.schedules.get(content.id, content)):
            raise NotAllowed(refused)


async def _replacement(
    tx: Tx,
    catalogue: Catalogue,
    person: PersonId,
    user: UserId | None,
    found: tuple[PersonUse, ...],
    ahead: int,
) -> PersonId:
    """Raises `Wrong` at the field `replacement`."""
    name = catalogue.people[person].name if person in catalogue.people else person
    if user is None:
        places = [use.place for use in found] + ([f"{ahead} of the overrides to come"] if ahead else [])
        raise Wrong(
            f"{name} is still needed: {'; '.join(places)}. Choose who takes over. Nothing was changed.",
            "replacement",
        )
    other = person_of(catalogue, user)
    if other == person:
        raise Wrong(f"That is {name}. Choose somebody else. Nothing was changed.", "replacement")
    if refused := await unreachable(tx.conn, catalogue, other):
        raise Wrong(f"{refused} Nothing was changed.", "replacement")
    return other
