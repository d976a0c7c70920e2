"""Somebody is away: the next in each rotation stands in (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, UserId, by_user
from bot.core.permissions import Action
from bot.core.planning import refused_span
from bot.core.schedule import Schedule, Shift
from bot.core.schedule_facts import TimeOffEnded, TimeOffEntered
from bot.store import time_off
from bot.store.database import Database
from bot.store.time_off import Away
from bot.store.uow import Tx
from bot.usecases.members import require
from bot.usecases.schedule_changes import hear_at_once, person_of, refuse, tell, tiles, touched


@dataclass(frozen=True)
class Consequence:
    """A shift that somebody else takes because of time off, or that nobody takes any more."""

    schedule: Schedule
    shift: Shift


@dataclass(frozen=True)
class Entered:
    away: Away
    consequences: tuple[Consequence, ...]


async def enter(
    db: Database,
    catalogue: Catalogue,
    user: UserId,
    starts_at: datetime,
    ends_at: datetime,
    by: UserId,
    reason: str = "",
) -> Entered:
    """`user` is away for the span; whoever stands in hears so.

    Raises `Wrong` at the field that is wrong (starts, ends) and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        refuse(refused_span(starts_at, ends_at, tx.now))
        me = person_of(catalogue, user)
        starts_at = max(starts_at, tx.now)
        theirs = schedules_of(catalogue, me)
        before = {one.id: await tiles(tx, one, starts_at, ends_at) for one in theirs}
        number = await time_off.add(tx.conn, Away(0, me, starts_at, ends_at, reason, by), tx.now)
        away = Away(number, me, starts_at, ends_at, reason, by)
        consequences: list[Consequence] = []
        for schedule in theirs:
            tx.record(
                TimeOffEntered(
                    at=tx.now,
                    by=by_user(by),
                    schedule=schedule.id,
                    person=me,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    reason=reason,
                )
            )
            if any(me in tile.people for tile in before[schedule.id]):
                consequences += await _consequences(tx, (schedule,), me, starts_at, ends_at)
        await _tell_stand_ins(tx, catalogue, away, consequences, by)
        await touched(tx)
        return Entered(away, tuple(consequences))


def schedules_of(catalogue: Catalogue, person: PersonId) -> tuple[Schedule, ...]:
    """Those in whose rotations somebody takes part."""
    return tuple(one for one in catalogue.schedules.values() if person in one.people)


async def _tell_stand_ins(
    tx: Tx, catalogue: Catalogue, away: Away, consequences: Iterable[Consequence], by: UserId
) -> None:
    """Whoever stands in from now on hears it by the change of shift."""
    for one in consequences:
        begins = one.shift.starts_at <= tx.now
        at_once = await hear_at_once(tx, one.schedule.id, one.shift.people) if begins else frozenset()
        data = {
            "person": away.person,
            "schedule": one.schedule.id,
            "starts_at": one.shift.starts_at.isoformat(),
            "ends_at": (one.shift.ends_at or away.ends_at).isoformat(),
        }
        key = f"time_off:{away.id}:{one.schedule.id}:{int(one.shift.starts_at.timestamp())}"
        later = [person for person in one.shift.people if person not in at_once]
        tell(tx, catalogue, key, later, "standing_in", data, but=by)
        owner = one.schedule.owner
        if not one.shift.people and owner is not None:
            tell(tx, catalogue, key, (owner,), "nobody_stands_in", data)


async def end(db: Database, catalogue: Catalogue, number: int, by: UserId) -> Away | None:
    """Take time off back; what has begun ends now. Answers what it was, None when it is over already.

    Whoever was to stand in hears so.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        found = await time_off.load(tx.conn, number)
        if found is None or found.ends_at <= tx.now:
            return None
        theirs = schedules_of(catalogue, found.person)
        stood_in = await _consequences(tx, theirs, found.person, max(found.starts_at, tx.now), found.ends_at)
        await time_off.end(tx.conn, found, tx.now)
        for schedule in theirs:
            tx.record(
                TimeOffEnded(
                    at=tx.now,
                    by=by_user(by),
                    schedule=schedule.id,
                    person=found.person,
                    starts_at=found.starts_at,
                    ends_at=found.ends_at,
                )
            )
        await _tell_no_longer(tx, catalogue, found, stood_in, by)
        await touched(tx)
        return found


async def _consequences(
    tx: Tx, schedules: Iterable[Schedule], away: PersonId, starts_at: datetime, ends_at: datetime
) -> list[Consequence]:
    """The shifts of the span in which somebody stands in for whoever is away, or nobody does."""
    return [
        Consequence(schedule, tile)
        for schedule in schedules
        for tile in await tiles(tx, schedule, starts_at, ends_at)
        if away in tile.standing_in_for
    ]


async def _tell_no_longer(
    tx: Tx, catalogue: Catalogue, away: Away, stood_in: Iterable[Consequence], by: UserId
) -> None:
    """Whoever stands in just now hears it by the change of shift."""
    for one in stood_in:
        starts_at, ends_at = one.shift.starts_at, one.shift.ends_at or away.ends_at
        again = await tiles(tx, one.schedule, starts_at, ends_at)
        on_call = {person for tile in again for person in tile.people}
        freed = [person for person in one.shift.people if person not in on_call]
        if starts_at <= tx.now:
            at_once = await hear_at_once(tx, one.schedule.id, again[0].people)
            freed = [person for person in freed if person not in at_once]
        data = {
            "person": away.person,
            "schedule": one.schedule.id,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
        }
        key = f"time_off:{away.id}:{one.schedule.id}:{int(starts_at.timestamp())}"
        tell(tx, catalogue, key, freed, "stand_in_ended", data, but=by)
