"""Make, change and delete a schedule in Slack; what a file declares is changed in the file (PRODUCT §10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import permissions
from bot.core.catalogue import Catalogue
from bot.core.configuration import ConfigObject, Kind, Owner, made_in_slack
from bot.core.frozen import dataclass
from bot.core.ids import Actor, PersonId, ScheduleId, UserId, by_user
from bot.core.permissions import Action, Standing
from bot.core.planning import Refusal
from bot.core.policy import Policy, TargetKind
from bot.core.schedule import Layer, Schedule
from bot.core.schedule_facts import ScheduleChanged
from bot.errors import NotAllowed, Wrong
from bot.store import configuration as objects
from bot.store import members, timeline
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.configuration import load_catalogue, revise
from bot.usecases.members import require
from bot.usecases.schedule_changes import touched


@dataclass(frozen=True)
class Change:
    """A schedule as somebody wants it; it passed the checks that a file's would (`bot.config.drafts`)."""

    schedule: Schedule
    version: str = ""
    """The `digest` of the object that they had before them; empty for a new one."""


@dataclass(frozen=True)
class Saved:
    schedule: Schedule
    is_new: bool


@dataclass(frozen=True)
class Outdated:
    """Somebody else changed or deleted it meanwhile; nothing was saved."""

    version: str
    """The present one; empty when it was deleted."""
    by: Actor | None
    at: datetime | None


async def refusals(db: Database, change: Change, by: UserId) -> tuple[Refusal, ...]:
    """All that speaks against saving it now, each at its field: name, team, or `people:0` for the lowest layer.

    Raises `NotAllowed`.
    """
    async with db.read() as conn:
        await require(conn, Action.CHANGE_SCHEDULES, by)
        catalogue = await load_catalogue(conn)
        present = await _present(conn, change.schedule.id)
        return await _refusals(conn, catalogue, present, change, by)


async def save(db: Database, change: Change, by: UserId) -> Saved | Outdated:
    """Save it; running copies take it up at once, and pages that run resolve by it from then on.

    Raises `Wrong` at the field that is wrong, and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.CHANGE_SCHEDULES, by)
        catalogue = await load_catalogue(tx.conn)
        present = await _present(tx.conn, change.schedule.id)
        if change.version and change.version != (present.digest if present else ""):
            return await _outdated(tx.conn, change.schedule.id, present)
        for refusal in await _refusals(tx.conn, catalogue, present, change, by):
            raise Wrong(refusal.sentence, refusal.field)
        await put(tx, present, change.schedule, by)
        return Saved(change.schedule, present is None)


async def delete(db: Database, schedule: ScheduleId, by: UserId) -> Schedule | None:
    """Delete it; answers what it was, None when it is gone already.

    Raises `Wrong` when a file declares it or a policy pages by it, and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.CHANGE_SCHEDULES, by)
        catalogue = await load_catalogue(tx.conn)
        present = await _present(tx.conn, schedule)
        if present is None:
            return None
        known = catalogue.schedules[schedule]
        _require_entitled(catalogue, by, known)
        if declared := declared_in_a_file(present):
            raise Wrong(declared)
        if policies := tuple(_paging_by(await objects.objects(tx.conn, Kind.POLICY), schedule)):
            raise Wrong(
                f"{known.name} is paged by {', '.join(policies)}. Take it out there first. Nothing was deleted."
            )
        await objects.remove(tx.conn, [present])
        await _changed(tx, schedule, present.body, {}, by)
        return known


async def put(tx: Tx, present: ConfigObject | None, schedule: Schedule, by: UserId) -> None:
    """Write it with its fact; nothing when it is as it was. Whoever calls has checked it."""
    wanted = made_in_slack(Kind.SCHEDULE, schedule.id, schedule)
    if present is not None and present.digest == wanted.digest:
        return
    await objects.put(tx.conn, [wanted], tx.now)
    await _changed(tx, schedule.id, present.body if present else {}, wanted.body, by)


def declared_in_a_file(one: ConfigObject) -> str:
    """Why it can't be changed here; empty when it can."""
    if one.owner is Owner.SLACK:
        return ""
    name = one.body.get("name", one.key)
    return f"{name} is declared in {one.file}, line {one.line}: change it there. Nothing was changed here."


async def _changed(
    tx: Tx, schedule: ScheduleId, before: Mapping[str, Any], after: Mapping[str, Any], by: UserId
) -> None:
    await revise(tx)
    tx.record(ScheduleChanged(at=tx.now, by=by_user(by), schedule=schedule, before=before, after=after))
    await touched(tx)


async def _present(conn: AsyncConnection, schedule: ScheduleId) -> ConfigObject | None:
    return next((one for one in await objects.objects(conn, Kind.SCHEDULE) if one.key == schedule), None)


async def _outdated(conn: AsyncConnection, schedule: ScheduleId, present: ConfigObject | None) -> Outdated:
    facts = await timeline.of_schedule(conn, schedule)
    last = next((fact for fact in reversed(facts) if isinstance(fact, ScheduleChanged)), None)
    return Outdated(present.digest if present else "", last.by if last else None, last.at if last else None)


async def _refusals(
    conn: AsyncConnection,
    catalogue: Catalogue,
    present: ConfigObject | None,
    change: Change,
    by: UserId,
) -> tuple[Refusal, ...]:
    """Raises `NotAllowed`."""
    schedule = change.schedule
    _require_entitled(
        catalogue, by, catalogue.schedules.get(schedule.id) if change.version else None, schedule
    )
    found = [_of_name(catalogue, present, change)]
    if schedule.team is not None and schedule.team not in catalogue.teams:
        found.append(Refusal("team", f"There is no team {schedule.team} any more. Choose another one."))
    found += [
        Refusal(f"people:{number}", sentence)
        for number, person in _participants(schedule)
        if (sentence := await unreachable(conn, catalogue, person))
    ]
    return tuple(refusal for refusal in found if refusal is not None)


def _of_name(catalogue: Catalogue, present: ConfigObject | None, change: Change) -> Refusal | None:
    schedule = change.schedule
    if present is not None and (declared := declared_in_a_file(present)):
        return Refusal("name", declared)
    same_name = [
        one.id for one in catalogue.schedules.values() if one.name.casefold() == schedule.name.casefold()
    ]
    if (present is not None and not change.version) or any(one != schedule.id for one in same_name):
        return Refusal("name", f"There is a schedule {schedule.name} already. Choose another name.")
    return None


def _require_entitled(
    catalogue: Catalogue, by: UserId, known: Schedule | None, wanted: Schedule | None = None
) -> None:
    """Raises `NotAllowed` with whom to ask."""
    refused = permissions.refused_schedule(catalogue, by, known, wanted.team if wanted else None)
    if refused is not None:
        raise NotAllowed(refused)


def _participants(schedule: Schedule) -> Iterator[tuple[int, PersonId]]:
    """Everybody with the number of their layer, the lowest 0."""
    for number, layer in enumerate(schedule.layers):
        if isinstance(layer, Layer):
            yield from ((number, person) for person in dict.fromkeys(sum(layer.participants, ())))


async def unreachable(conn: AsyncConnection, catalogue: Catalogue, person: PersonId) -> str:
    """Why a page would not help this person; empty when it would."""
    listed = catalogue.people.get(person)
    user = catalogue.user_id(person)
    if listed is None and user is None:
        return f"There is no person {person} any more. Choose somebody else."
    standing = await members.standing(conn, user) if user is not None else Standing.GONE
    if standing in (Standing.MEMBER, Standing.UNKNOWN):
        return ""
    name = listed.name if listed else "One of them"
    return (
        f"{name} is no active full member of this workspace, so a page would not help. Choose somebody else."
    )


def _paging_by(policies: Iterable[ConfigObject], schedule: ScheduleId) -> Iterator[str]:
    """The policies that name it: `checkout-critical (level 1; policies.yml, line 12)`."""
    for one in policies:
        policy = one.content()
        assert isinstance(policy, Policy)
        place = f"; {one.file}, line {one.line}" if one.file else ""
        for number, level in enumerate(policy.levels, 1):
            if any(each.kind is TargetKind.SCHEDULE and each.id == schedule for each in level.targets):
                yield f"{policy.name} (level {number}{place})"
