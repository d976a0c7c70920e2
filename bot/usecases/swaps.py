"""Propose a swap, agree, decline, withdraw; one that nobody agreed to in time is off."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import debts
from bot.core import swap as swapping
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import TOCSIN, Actor, PersonId, ScheduleId, SwapId, UserId, by_user
from bot.core.permissions import Action
from bot.core.schedule import Origin, Override, Shift
from bot.core.schedule_facts import SwapProposed, SwapSettled
from bot.core.swap import Part, Swap, SwapDecision, SwapReply, SwapState
from bot.errors import Wrong
from bot.store import swaps
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.covers import touch
from bot.usecases.homes import refresh_recent
from bot.usecases.members import require
from bot.usecases.overrides import require_reachable
from bot.usecases.schedule_changes import person_of, put_on_call, refuse, tell, the_schedule, tiles


@dataclass(frozen=True)
class Given:
    """What one of the two gives: a schedule and their time on it."""

    schedule: ScheduleId
    starts_at: datetime
    ends_at: datetime


async def propose(
    db: Database,
    catalogue: Catalogue,
    mine: Given,
    other: UserId,
    theirs: Given,
    by: UserId,
    reason: str = "",
) -> Swap:
    """Propose to exchange `mine` against `theirs`; nothing changes until the other agrees.

    Raises `Wrong` at the field that is wrong (mine, theirs, person) and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        await require_reachable(tx, catalogue, other)
        first = _part(mine, person_of(catalogue, by))
        second = _part(theirs, person_of(catalogue, other))
        refuse(
            swapping.refused(
                first, second, await _tiles(tx, catalogue, first), await _tiles(tx, catalogue, second), tx.now
            )
        )
        wanted = Swap(
            SwapId(0), first, second, by, tx.now, reason, due_at=min(first.starts_at, second.starts_at)
        )
        swap = await swaps.add(tx.conn, _in_time(wanted, tx.now))
        _record_proposed(tx, swap)
        for person in (first.person, second.person):
            user = catalogue.user_id(person)
            if user is not None:
                tx.owe(debts.on_call_question(swaps.subject(swap.id), user))
        await refresh_recent(tx)
        return swap


def _part(given: Given, person: PersonId) -> Part:
    return Part(given.schedule, person, given.starts_at, given.ends_at)


def _in_time(swap: Swap, now: datetime) -> Swap:
    """A shift that runs already can be swapped too: then there is time until the first of the two ends."""
    if swap.due_at is not None and swap.due_at > now:
        return swap
    return replace(swap, due_at=min(swap.first.ends_at, swap.second.ends_at))


async def _tiles(tx: Tx, catalogue: Catalogue, part: Part) -> tuple[Shift, ...]:
    schedule = the_schedule(catalogue, part.schedule)
    return await tiles(tx, schedule, max(part.starts_at, tx.now), part.ends_at)


def _record_proposed(tx: Tx, swap: Swap) -> None:
    for part, other in ((swap.first, swap.second), (swap.second, swap.first)):
        tx.record(
            SwapProposed(
                at=tx.now,
                by=by_user(swap.by),
                schedule=part.schedule,
                swap=swap.id,
                person=part.person,
                with_person=other.person,
                starts_at=part.starts_at,
                ends_at=part.ends_at,
                reason=swap.reason,
            )
        )
    tx.wake("handoff", swap.due_at)


async def agree(db: Database, catalogue: Catalogue, number: SwapId, by: UserId) -> SwapDecision:
    """Both agree: each is on call for the other's part. The reply says when it can't be any more."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        before = await _load(tx, number)
        decision = swapping.agree(
            before,
            person_of(catalogue, by),
            await _tiles(tx, catalogue, before.first),
            await _tiles(tx, catalogue, before.second),
            tx.now,
        )
        if decision.swap.state is SwapState.AGREED and decision.reply is SwapReply.DONE:
            await _exchange(tx, catalogue, before, by)
        await _settle(tx, catalogue, before, decision, by_user(by))
        return decision


async def _exchange(tx: Tx, catalogue: Catalogue, swap: Swap, by: UserId) -> None:
    for part, person in ((swap.first, swap.second.person), (swap.second, swap.first.person)):
        wanted = Override(
            schedule=part.schedule,
            person=person,
            starts_at=max(part.starts_at, tx.now),
            ends_at=part.ends_at,
            made_at=tx.now,
            reason=swap.reason,
            by=by,
            origin=Origin.SWAP,
        )
        await put_on_call(tx, catalogue, wanted, by)


async def decline(db: Database, catalogue: Catalogue, number: SwapId, by: UserId) -> SwapDecision:
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        before = await _load(tx, number)
        decision = swapping.decline(before, person_of(catalogue, by), tx.now)
        await _settle(tx, catalogue, before, decision, by_user(by))
        return decision


async def withdraw(db: Database, catalogue: Catalogue, number: SwapId, by: UserId) -> SwapDecision:
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        before = await _load(tx, number)
        decision = swapping.withdraw(before, tx.now)
        await _settle(tx, catalogue, before, decision, by_user(by))
        return decision


async def advance_due(tx: Tx, catalogue: Catalogue) -> int:
    """End the proposals whose time has come, in the caller's transaction; answers how many."""
    due = await swaps.due(tx.conn, tx.now)
    for before in due:
        await _settle(tx, catalogue, before, swapping.on_due(before, tx.now), TOCSIN)
    return len(due)


async def _settle(tx: Tx, catalogue: Catalogue, before: Swap, decision: SwapDecision, by: Actor) -> None:
    swap = decision.swap
    if swap == before:
        return
    await swaps.save(tx.conn, swap)
    for schedule in dict.fromkeys((swap.first.schedule, swap.second.schedule)):
        tx.record(SwapSettled(at=tx.now, by=by, schedule=schedule, swap=swap.id, outcome=swap.state.value))
    if swap.state is not SwapState.WITHDRAWN:
        tell(tx, catalogue, f"swap:{swap.id}", (swap.first.person,), "swap_settled", {"swap": swap.id})
    await touch(tx, swaps.subject(swap.id))


async def _load(tx: Tx, number: SwapId) -> Swap:
    found = await swaps.load(tx.conn, number)
    if found is None:
        raise Wrong("That swap is not there any more. Nothing was changed.")
    return found
