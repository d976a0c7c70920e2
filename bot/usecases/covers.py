"""Ask for cover, accept, decline, withdraw; and what happens when nobody accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import cover as covering
from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.cover import Cover, CoverDecision, CoverState
from bot.core.frozen import dataclass
from bot.core.ids import TOCSIN, Actor, CoverId, PersonId, ScheduleId, UserId, by_user
from bot.core.permissions import Action
from bot.core.schedule import Origin, Override, Schedule, Shift
from bot.core.schedule_facts import CoverAsked, CoverSettled
from bot.errors import Wrong
from bot.store import covers, messages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.homes import refresh_recent
from bot.usecases.incident_paging import handles
from bot.usecases.members import require, require_fit
from bot.usecases.schedule_changes import person_of, put_on_call, refuse, tell, the_schedule, tiles


@dataclass(frozen=True)
class AskForCover:
    schedule: ScheduleId
    starts_at: datetime
    ends_at: datetime
    people: tuple[UserId, ...] = ()
    """Whom to ask, besides who is in `groups`; everybody else on the schedule when both are empty."""
    reason: str = ""
    groups: tuple[str, ...] = ()
    """Slack user groups, by id."""


async def ask(db: Database, catalogue: Catalogue, request: AskForCover, by: UserId) -> Cover:
    """Ask for cover of all or part of a shift of one's own; until somebody accepts, one stays on call.

    Raises `Wrong` at the field that is wrong (starts, ends, shift, people) and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        schedule = the_schedule(catalogue, request.schedule)
        me = person_of(catalogue, by)
        asked = await _asked(tx, catalogue, schedule, request, me)
        same = [
            other
            for other in await covers.open_covers(tx.conn)
            if other.schedule == schedule.id and other.person == me
        ]
        span = await tiles(tx, schedule, max(request.starts_at, tx.now), request.ends_at)
        refuse(covering.refused(me, request.starts_at, request.ends_at, asked, span, same, tx.now))
        starts_at = max(request.starts_at, tx.now)
        cover = await covers.add(
            tx.conn,
            Cover(
                id=CoverId(0),
                schedule=schedule.id,
                person=me,
                starts_at=starts_at,
                ends_at=request.ends_at,
                asked=asked,
                by=by,
                made_at=tx.now,
                reason=request.reason,
                due_at=starts_at if starts_at > tx.now else request.ends_at,
            ),
        )
        _record_asked(tx, cover)
        for person in (me, *asked):
            user = catalogue.user_id(person)
            if user is not None:
                tx.owe(debts.on_call_question(covers.subject(cover.id), user))
        await refresh_recent(tx)
        return cover


async def _asked(
    tx: Tx, catalogue: Catalogue, schedule: Schedule, request: AskForCover, me: PersonId
) -> tuple[PersonId, ...]:
    """Those who are named, else everybody of the schedule; only whom a question can reach, and not oneself.

    Raises `Wrong` when somebody who is named could not take it.
    """
    for user in request.people:
        await require_fit(tx.conn, user, "people")
    chosen: Sequence[PersonId] = [person_of(catalogue, user) for user in request.people]
    groups = [catalogue.user_groups[handle] for handle in handles(catalogue, request.groups)]
    if request.people or groups:
        chosen = [*chosen, *(member for group in groups for member in group.members)]
    else:
        chosen = schedule.people
    return tuple(
        dict.fromkeys(person for person in chosen if person != me and catalogue.user_id(person) is not None)
    )


def _record_asked(tx: Tx, cover: Cover) -> None:
    tx.record(
        CoverAsked(
            at=tx.now,
            by=by_user(cover.by),
            schedule=cover.schedule,
            cover=cover.id,
            person=cover.person,
            starts_at=cover.starts_at,
            ends_at=cover.ends_at,
            asked=cover.asked,
            reason=cover.reason,
        )
    )
    tx.wake("handoff", cover.due_at)


async def accept(db: Database, catalogue: Catalogue, number: CoverId, by: UserId) -> CoverDecision:
    """The first who accepts is on call for the span; the reply tells everybody else who it is."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        before = await _load(tx, number)
        span = await _span(tx, catalogue, before)
        decision = covering.accept(before, person_of(catalogue, by), span, tx.now)
        if decision.begins_at is None:
            await _settle(tx, catalogue, before, decision, by_user(by))
            return decision
        wanted = Override(
            schedule=before.schedule,
            person=person_of(catalogue, by),
            starts_at=decision.begins_at,
            ends_at=before.ends_at,
            made_at=tx.now,
            reason=before.reason,
            by=by,
            origin=Origin.COVER,
        )
        made = await put_on_call(tx, catalogue, wanted, by)
        decision = replace(decision, cover=replace(decision.cover, override=made.id))
        await _settle(tx, catalogue, before, decision, by_user(by))
        tell(tx, catalogue, f"cover:{number}", (before.person,), "cover_accepted", {"cover": number}, but=by)
        return decision


async def decline(db: Database, catalogue: Catalogue, number: CoverId, by: UserId) -> CoverDecision:
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        before = await _load(tx, number)
        span = await _span(tx, catalogue, before)
        decision = covering.decline(before, person_of(catalogue, by), span, tx.now)
        await _settle(tx, catalogue, before, decision, by_user(by))
        return decision


async def withdraw(db: Database, catalogue: Catalogue, number: CoverId, by: UserId) -> CoverDecision:
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        before = await _load(tx, number)
        decision = covering.withdraw(before, tx.now)
        await _settle(tx, catalogue, before, decision, by_user(by))
        return decision


async def advance_due(tx: Tx, catalogue: Catalogue) -> int:
    """Take the due step of each open question, in the caller's transaction; answers how many."""
    due = await covers.due(tx.conn, tx.now)
    for before in due:
        decision = covering.on_due(before, await _span(tx, catalogue, before), tx.now)
        await _settle(tx, catalogue, before, decision, TOCSIN)
    return len(due)


async def _span(tx: Tx, catalogue: Catalogue, cover: Cover) -> tuple[Shift, ...]:
    """The final shifts of what is left of it; none when its schedule is not configured any more."""
    known = catalogue.schedules.get(cover.schedule)
    return await tiles(tx, known, max(cover.starts_at, tx.now), cover.ends_at) if known else ()


async def _settle(tx: Tx, catalogue: Catalogue, before: Cover, decision: CoverDecision, by: Actor) -> None:
    cover = decision.cover
    if cover == before:
        return
    await covers.save(tx.conn, cover)
    outcome = "declined" if cover.declined != before.declined else cover.state.value
    if outcome != CoverState.OPEN:
        tx.record(
            CoverSettled(
                at=tx.now,
                by=by,
                schedule=cover.schedule,
                cover=cover.id,
                person=cover.person,
                outcome=outcome,
                accepted_by=cover.accepted_by,
            )
        )
    if decision.unanswered:
        key = f"cover:{cover.id}:{cover.version}"
        tell(tx, catalogue, key, (cover.person,), "cover_unanswered", {"cover": cover.id})
    await touch(tx, covers.subject(cover.id))


async def touch(tx: Tx, subject: str) -> None:
    """Every copy of the question is edited to its present state, and the Homes that show it follow."""
    for message in await messages.of_subject(tx.conn, subject):
        tx.owe(debts.on_call_question_copy(message.id))
    await refresh_recent(tx)


async def _load(tx: Tx, number: CoverId) -> Cover:
    found = await covers.load(tx.conn, number)
    if found is None:
        raise Wrong("That question is not there any more. Nothing was changed.")
    return found
