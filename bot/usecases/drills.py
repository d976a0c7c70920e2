"""Live drills: ask whoever stands in a chain, page those who agreed, and report who acknowledged how fast."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.drill import ASKED_FOR, LOOK_EVERY, Drill, DrillState, ends_at, places_of, policy_of
from bot.core.ids import TOCSIN, DrillId, UserId, by_user
from bot.core.page import PageState
from bot.core.permissions import Action
from bot.core.simulation import Simulated
from bot.errors import Wrong
from bot.store import drills, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from bot.usecases.members import require


async def propose(db: Database, simulated: Simulated, by: UserId) -> Drill:
    """Ask everybody in the chain whether they take part. Raises `Wrong` when it reaches nobody, and `NotAllowed`."""
    async with db.write() as tx:
        await require(tx.conn, Action.PAGE_PEOPLE, by)
        places = places_of(simulated)
        if not places:
            raise Wrong("This chain reaches nobody, so there is nobody to drill. Nothing was sent.")
        fresh = Drill(
            DrillId(0),
            simulated.service or simulated.policy,
            simulated.severity or "",
            by,
            tx.now,
            places,
            due_at=tx.now + ASKED_FOR,
        )
        drill = replace(fresh, id=await drills.add(tx.conn, fresh))
        tx.wake("handoff", drill.due_at)
        for place in drill.places:
            _tell(tx, drill, "drill_asked", place.user)
        return drill


async def answer(db: Database, number: DrillId, by: UserId, *, takes_part: bool) -> Drill:
    """They take part or don't; the last answer counts until it begins. Raises `Wrong` when it is too late."""
    async with db.write(first=True) as tx:
        drill = await _asking(tx, number)
        if by not in {place.user for place in drill.places}:
            raise Wrong("This drill does not ask you. Nothing was changed.")
        agreed = tuple(user for user in drill.agreed if user != by)
        declined = tuple(user for user in drill.declined if user != by)
        answered = replace(
            drill,
            agreed=(*agreed, by) if takes_part else agreed,
            declined=declined if takes_part else (*declined, by),
        )
        await drills.save(tx.conn, answered)
        if drill.unanswered and not answered.unanswered:
            _tell(tx, answered, "drill_ready", answered.by)
        return answered


async def start(db: Database, catalogue: Catalogue, number: DrillId, by: UserId) -> Drill:
    """Page those who agreed, each at their time. Raises `Wrong` when nobody has, or it began already."""
    async with db.write(first=True) as tx:
        drill = await _asking(tx, number)
        await require(tx.conn, Action.PAGE_PEOPLE, by)
        if not drill.taking_part:
            raise Wrong("Nobody has agreed to take part yet. Nothing was sent.")
        begun = {}
        for place in drill.taking_part:
            page = await paging.begin(
                tx,
                catalogue,
                service=None,
                title=f"Drill: {drill.what}. This is a test, nothing is broken",
                severity=None,
                by=by_user(by),
                group=False,
                policy=policy_of(catalogue, place),
            )
            begun[place.user] = page.id
        running = replace(
            drill,
            state=DrillState.RUNNING,
            pages=begun,
            started_at=tx.now,
            ends_at=ends_at(drill, tx.now),
            due_at=tx.now + LOOK_EVERY,
        )
        await drills.save(tx.conn, running)
        tx.wake("handoff", running.due_at)
        return running


async def call_off(db: Database, number: DrillId, by: UserId) -> Drill:
    """Nobody is paged for it. Raises `Wrong` when it began already."""
    async with db.write(first=True) as tx:
        drill = await _asking(tx, number)
        await require(tx.conn, Action.PAGE_PEOPLE, by)
        return await _call_off(tx, drill, (user for user in drill.agreed if user != by))


async def _call_off(tx: Tx, drill: Drill, people: Iterable[UserId]) -> Drill:
    """`people` hear it: whoever agreed waits for a test page that does not come."""
    over = replace(drill, state=DrillState.CALLED_OFF, due_at=None)
    await drills.save(tx.conn, over)
    for user in dict.fromkeys(people):
        _tell(tx, over, "drill_called_off", user)
    return over


async def advance_due(tx: Tx, catalogue: Catalogue) -> None:
    """End drills whose people have all acknowledged, or whose time is over; call off those that were forgotten."""
    for drill in await drills.due(tx.conn, tx.now):
        if drill.state is not DrillState.RUNNING:
            await _call_off(tx, drill, (drill.by, *drill.agreed))
            continue
        waiting = False
        for number in drill.pages.values():
            page = await pages.load(tx.conn, number)
            waiting = waiting or (page is not None and page.state is PageState.TRIGGERED)
        if waiting and drill.ends_at is not None and drill.ends_at > tx.now:
            later = min(tx.now + LOOK_EVERY, drill.ends_at)
            await drills.save(tx.conn, replace(drill, due_at=later))
        else:
            await _end(tx, catalogue, drill)


async def _end(tx: Tx, catalogue: Catalogue, drill: Drill) -> None:
    for number in drill.pages.values():
        await paging.resolve_in(tx, catalogue, number, TOCSIN)
    over = replace(drill, state=DrillState.DONE, due_at=None)
    await drills.save(tx.conn, over)
    _tell(tx, over, "drill_report", over.by)


async def _asking(tx: Tx, number: DrillId) -> Drill:
    drill = await drills.load(tx.conn, number)
    if drill is None:
        raise Wrong("There is no such drill any more.")
    match drill.state:
        case DrillState.ASKING:
            return drill
        case DrillState.RUNNING:
            raise Wrong("This drill has begun already. Nothing was changed.")
        case _:
            raise Wrong("This drill is over. Nothing was changed.")


def _tell(tx: Tx, drill: Drill, what: str, to: UserId) -> None:
    key = f"drill:{drill.id}:{what}:{to}:{len(drill.agreed) + len(drill.declined)}"
    tx.owe(debts.notice(key, to, what, {"drill": drill.id}))
