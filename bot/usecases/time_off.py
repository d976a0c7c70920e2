"""Somebody is away: the next in each rotation stands in (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.catalogue import Catalogue
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
from bot.usecases.schedule_changes import person_of, refuse, tell, tiles, touched


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
        consequences = []
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
                after = await tiles(tx, schedule, starts_at, ends_at)
                consequences += [Consequence(schedule, tile) for tile in after if me in tile.standing_in_for]
        _tell_stand_ins(tx, catalogue, away, consequences, by)
        await touched(tx)
        return Entered(away, tuple(consequences))


def schedules_of(catalogue: Catalogue, person: PersonId) -> tuple[Schedule, ...]:
    """Those in whose rotations somebody takes part."""
    return tuple(one for one in catalogue.schedules.values() if person in one.people)


def _tell_stand_ins(
    tx: Tx, catalogue: Catalogue, away: Away, consequences: Iterable[Consequence], by: UserId
) -> None:
    for one in consequences:
        data = {
            "person": away.person,
            "schedule": one.schedule.id,
            "starts_at": one.shift.starts_at.isoformat(),
            "ends_at": (one.shift.ends_at or away.ends_at).isoformat(),
        }
        key = f"time_off:{away.id}:{one.schedule.id}:{int(one.shift.starts_at.timestamp())}"
        tell(tx, catalogue, key, one.shift.people, "standing_in", data, but=by)
        owner = one.schedule.owner
        if not one.shift.people and owner is not None:
            tell(tx, catalogue, key, (owner,), "nobody_stands_in", data)


async def end(db: Database, catalogue: Catalogue, number: int, by: UserId) -> Away | None:
    """Take time off back; what has begun ends now. Answers what it was, None when it is over already."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        found = await time_off.load(tx.conn, number)
        if found is None or found.ends_at <= tx.now:
            return None
        await time_off.end(tx.conn, found, tx.now)
        theirs = schedules_of(catalogue, found.person)
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
        await touched(tx)
        return found
