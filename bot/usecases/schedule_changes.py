"""What every change to who is on call brings with it, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId, by_user
from bot.core.page import PageState
from bot.core.planning import Refusal
from bot.core.schedule import Override, Schedule, Shift, shifts
from bot.core.schedule_facts import OverrideMade
from bot.errors import Wrong
from bot.store import changes, overrides, pages, shift_watches
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.homes import refresh_recent

MOST_CARDS = 100
"""Of open pages, the oldest, whose cards say anew who is paged next; in a storm the others do so at their next step."""
CARDS_AFTER = 1.0
"""Seconds: who clicks and who is paged goes first."""


def the_schedule(catalogue: Catalogue, schedule: ScheduleId) -> Schedule:
    """Raises `Wrong` when it is not configured any more."""
    known = catalogue.schedules.get(schedule)
    if known is None:
        raise Wrong(f"There is no schedule {schedule} any more. Nothing was changed.", "schedule")
    return known


def person_of(catalogue: Catalogue, user: UserId) -> PersonId:
    """As configuration names them; whoever is not listed is known by their Slack id."""
    listed = catalogue.person_of(user)
    return listed.id if listed else PersonId(user)


def refuse(refusal: Refusal | None) -> None:
    """Raises `Wrong` at the refusal's field, if there is one."""
    if refusal is not None:
        raise Wrong(refusal.sentence, refusal.field)


async def tiles(tx: Tx, schedule: Schedule, starts_at: datetime, ends_at: datetime) -> tuple[Shift, ...]:
    """The final shifts of the span, as they are in this transaction; none when it has no length."""
    if ends_at <= starts_at:
        return ()
    changed = await changes.since(tx.conn, starts_at, (schedule,))
    return shifts(schedule, changed.of(schedule.id), starts_at, ends_at)


async def put_on_call(tx: Tx, catalogue: Catalogue, override: Override, by: UserId) -> Override:
    """Make the override with its fact; answers it with its number. Who is told is the caller's to say."""
    schedule = the_schedule(catalogue, override.schedule)
    before = await tiles(tx, schedule, override.starts_at, override.ends_at)
    made = await overrides.add(tx.conn, override)
    tx.record(
        OverrideMade(
            at=tx.now,
            by=by_user(by),
            schedule=made.schedule,
            override=made.id,
            person=made.person,
            starts_at=made.starts_at,
            ends_at=made.ends_at,
            origin=made.origin.value,
            reason=made.reason,
            instead=others(before, made.person),
        )
    )
    await touched(tx)
    return made


def others(before: Iterable[Shift], person: PersonId) -> tuple[PersonId, ...]:
    """Who else is on call in the shifts, each once."""
    return tuple(dict.fromkeys(one for tile in before for one in tile.people if one != person))


async def hear_at_once(tx: Tx, schedule: ScheduleId, on_call: Iterable[PersonId]) -> frozenset[PersonId]:
    """Who goes on or off call now that these are: the change of shift tells them so, with who arranged it."""
    watch = await shift_watches.of(tx.conn, schedule)
    return frozenset(watch.on_call) ^ frozenset(on_call) if watch else frozenset()


def tell(
    tx: Tx,
    catalogue: Catalogue,
    key: str,
    people: Iterable[PersonId],
    what: str,
    data: Mapping[str, Any],
    but: UserId | None = None,
) -> None:
    """Each of them hears it once for each `key` in their DM, save `but`, who did it; `what` names the wording."""
    for person in dict.fromkeys(people):
        user = catalogue.user_id(person)
        if user is not None and user != but:
            tx.owe(debts.notice(f"{key}:{what}:{user}", user, what, data))


async def touched(tx: Tx) -> None:
    """Whatever shows who is on call follows: pages' cards, Homes that people look at, user groups, announcements."""
    for page in await pages.open_pages(tx.conn, MOST_CARDS):
        if page.state is PageState.TRIGGERED:
            tx.touch(page.id, CARDS_AFTER)
    await _shown_elsewhere(tx)


async def _shown_elsewhere(tx: Tx) -> None:
    await refresh_recent(tx)
    tx.wake("handoff")


async def follow_configuration(db: Database) -> None:
    """To be called when another configuration is in force: it may have changed who is on call."""
    async with db.write() as tx:
        await _shown_elsewhere(tx)
