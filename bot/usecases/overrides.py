"""Put somebody on call for a span, take over now, and take an override back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId, by_user
from bot.core.permissions import Action, Standing
from bot.core.planning import refused_span
from bot.core.schedule import Origin, Override
from bot.core.schedule_facts import OverrideEnded
from bot.errors import Wrong
from bot.store import members, overrides
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.members import require
from bot.usecases.schedule_changes import (
    hear_at_once,
    others,
    person_of,
    put_on_call,
    refuse,
    tell,
    the_schedule,
    tiles,
    touched,
)

LONGEST_TAKE = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """An override, and who would have been on call without it."""

    override: Override
    instead: tuple[PersonId, ...]


async def override(
    db: Database,
    catalogue: Catalogue,
    schedule: ScheduleId,
    user: UserId,
    starts_at: datetime,
    ends_at: datetime,
    by: UserId,
    reason: str = "",
) -> Made:
    """Put `user` on call for the span; of several the latest made wins.

    Whoever goes on or off call by it later hears so, unless they did it; whoever does at once hears of the change of
    shift. Raises `Wrong` at the field that is wrong and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        refuse(refused_span(starts_at, ends_at, tx.now))
        await require_reachable(tx, catalogue, user)
        wanted = Override(
            schedule=schedule,
            person=person_of(catalogue, user),
            starts_at=max(starts_at, tx.now),
            ends_at=ends_at,
            made_at=tx.now,
            reason=reason,
            by=by,
        )
        return await _make(tx, catalogue, wanted, by)


async def take(
    db: Database, catalogue: Catalogue, schedule: ScheduleId, by: UserId, lasts: timedelta
) -> Made:
    """ "I take it from now for 2 h". Raises `Wrong` at the field that is wrong and `NotAllowed`."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        if not timedelta(0) < lasts <= LONGEST_TAKE:
            raise Wrong("Take it for a minute up to seven days. Nothing was changed.", "lasts")
        me = person_of(catalogue, by)
        known = the_schedule(catalogue, schedule)
        now_on_call = [tile.people for tile in await tiles(tx, known, tx.now, tx.now + lasts)]
        if all(people == (me,) for people in now_on_call):
            raise Wrong("You are on call all that time already. Nothing was changed.", "schedule")
        wanted = Override(schedule, me, tx.now, tx.now + lasts, made_at=tx.now, by=by, origin=Origin.TAKE)
        return await _make(tx, catalogue, wanted, by)


async def take_gap(
    db: Database,
    catalogue: Catalogue,
    schedule: ScheduleId,
    starts_at: datetime,
    ends_at: datetime,
    by: UserId,
) -> tuple[Made, ...]:
    """Whoever asks is on call where nobody is between `starts_at` and `ends_at`, and nowhere else.

    Raises `Wrong` when somebody is on call all that time by now, or it is over, and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        refuse(refused_span(max(starts_at, tx.now), ends_at, tx.now))
        await require_reachable(tx, catalogue, by)
        known = the_schedule(catalogue, schedule)
        me = person_of(catalogue, by)
        empty = [tile for tile in await tiles(tx, known, max(starts_at, tx.now), ends_at) if not tile.people]
        if not empty:
            raise Wrong("Somebody is on call then by now. Nothing was changed; thank you all the same.")
        wanted = [
            Override(
                schedule,
                me,
                tile.starts_at,
                tile.ends_at or ends_at,
                made_at=tx.now,
                by=by,
                origin=Origin.TAKE,
            )
            for tile in empty
        ]
        return tuple([await _make(tx, catalogue, one, by) for one in wanted])


async def _make(tx: Tx, catalogue: Catalogue, wanted: Override, by: UserId) -> Made:
    known = the_schedule(catalogue, wanted.schedule)
    instead = others(await tiles(tx, known, wanted.starts_at, wanted.ends_at), wanted.person)
    made = await put_on_call(tx, catalogue, wanted, by)
    data = {
        "schedule": made.schedule,
        "person": made.person,
        "instead": list(instead),
        "starts_at": made.starts_at.isoformat(),
        "ends_at": made.ends_at.isoformat(),
        "reason": made.reason,
        "by": by,
    }
    at_once = await hear_at_once(tx, made.schedule, (made.person,)) if made.starts_at <= tx.now else ()
    others_told = [person for person in (made.person, *instead) if person not in at_once]
    tell(tx, catalogue, f"override:{made.id}", others_told, "override_made", data, but=by)
    return Made(made, instead)


async def end(db: Database, catalogue: Catalogue, number: int, by: UserId) -> Override | None:
    """Take an override back; one that has begun ends now. Answers what it was, None when it is over already."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        found = await overrides.load(tx.conn, number)
        if found is None or found.ends_at <= tx.now:
            return None
        await overrides.end(tx.conn, found, tx.now, by)
        tx.record(
            OverrideEnded(
                at=tx.now,
                by=by_user(by),
                schedule=found.schedule,
                override=number,
                person=found.person,
                starts_at=found.starts_at,
                ends_at=found.ends_at,
            )
        )
        await touched(tx)
        back: tuple[PersonId, ...] = ()
        at_once: Collection[PersonId] = ()
        if found.schedule in catalogue.schedules:
            known = catalogue.schedules[found.schedule]
            again = await tiles(tx, known, max(found.starts_at, tx.now), found.ends_at)
            back = others(again, found.person)
            if found.starts_at <= tx.now:
                at_once = await hear_at_once(tx, found.schedule, again[0].people)
        data = {
            "schedule": found.schedule,
            "person": found.person,
            "instead": list(back),
            "starts_at": max(found.starts_at, tx.now).isoformat(),
            "ends_at": found.ends_at.isoformat(),
            "by": by,
        }
        others_told = [person for person in (found.person, *back) if person not in at_once]
        tell(tx, catalogue, f"override:{number}", others_told, "override_ended", data, but=by)
        return found


async def require_reachable(tx: Tx, catalogue: Catalogue, user: UserId) -> None:
    """Raises `Wrong` for somebody whom a page would not reach, or who could not acknowledge it."""
    if await members.standing(tx.conn, user) in (Standing.MEMBER, Standing.UNKNOWN):
        return
    listed = catalogue.person_of(user)
    raise Wrong(
        f"{listed.name if listed else 'That account'} is no active full member of this workspace, so a page would not "
        "help. Choose somebody else. Nothing was changed.",
        "person",
    )
