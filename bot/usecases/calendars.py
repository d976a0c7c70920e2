"""Outside calendars: link one's own for time off, read them all again and again, and take what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import calendar as reading
from bot.core import debts
from bot.core.calendar import READ_EVERY, CalendarEvent, CalendarId
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, UserId
from bot.core.permissions import Action
from bot.core.schedule import CalendarLayer, Schedule
from bot.errors import Wrong
from bot.store import calendars, time_off
from bot.store.calendars import OutsideCalendar, Purpose
from bot.store.database import Database
from bot.store.time_off import Away
from bot.store.uow import Tx
from bot.usecases.members import require
from bot.usecases.schedule_changes import person_of, tell, touched


async def link(db: Database, catalogue: Catalogue, url: str, by: UserId) -> OutsideCalendar:
    """Read the asker's time off from this iCal address from now on, instead of from an earlier one.

    Raises `Wrong` at the field `url`, and `NotAllowed`.
    """
    address = url.strip().replace("webcal://", "https://", 1)
    if not address.startswith(("https://", "http://")) or any(space in address for space in " \n\t<>"):
        raise Wrong("This is no address of a calendar; it begins with https:// or webcal://.", "url")
    async with db.write() as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        me = person_of(catalogue, by)
        await _unlink(tx, me)
        fresh = OutsideCalendar(
            CalendarId(0), Purpose.TIME_OFF, address, made_at=tx.now, due_at=tx.now, person=me, by=by
        )
        tx.wake("handoff")
        return await calendars.add(tx.conn, fresh)


async def unlink(db: Database, catalogue: Catalogue, by: UserId) -> bool:
    """The asker's calendar is read no more, and what it said counts no more. Answers whether there was one."""
    async with db.write() as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, by)
        return await _unlink(tx, person_of(catalogue, by))


async def _unlink(tx: Tx, person: PersonId) -> bool:
    known = await calendars.of_person(tx.conn, person)
    if known is None:
        return False
    for _, away in await time_off.of_calendar(tx.conn, known.id):
        await time_off.end(tx.conn, away, tx.now)
    await calendars.remove(tx.conn, [known.id])
    await touched(tx)
    return True


async def advance_due(tx: Tx, catalogue: Catalogue) -> None:
    """Owe the reading of each calendar whose time has come, in the caller's transaction."""
    await follow_layers(tx, catalogue)
    for calendar in await calendars.due(tx.conn, tx.now):
        await calendars.save(tx.conn, replace(calendar, due_at=tx.now + READ_EVERY))
        tx.owe(debts.calendar(calendar.id))


async def follow_layers(tx: Tx, catalogue: Catalogue) -> None:
    """Each calendar among the layers of a schedule is read, and no other."""
    wanted = {layer.url for _, layer in _layers(catalogue)}
    known = {calendar.url: calendar for calendar in await calendars.of_layers(tx.conn)}
    for url in sorted(wanted - known.keys()):
        fresh = OutsideCalendar(CalendarId(0), Purpose.LAYER, url, made_at=tx.now, due_at=tx.now)
        await calendars.add(tx.conn, fresh)
    gone = [calendar.id for url, calendar in known.items() if url not in wanted]
    if gone:
        await calendars.remove(tx.conn, gone)


def _layers(catalogue: Catalogue) -> Iterable[tuple[Schedule, CalendarLayer]]:
    for schedule in catalogue.schedules.values():
        for layer in schedule.layers:
            if isinstance(layer, CalendarLayer):
                yield schedule, layer


async def take(
    tx: Tx, catalogue: Catalogue, number: CalendarId, events: Sequence[CalendarEvent], etag: str
) -> None:
    """A calendar was read: what it says counts from now on."""
    calendar = await calendars.load(tx.conn, number)
    if calendar is None:
        return
    read = replace(calendar, read_at=tx.now, etag=etag, problem="", problem_since=None)
    if calendar.purpose is Purpose.TIME_OFF:
        changed = await _take_time_off(tx, read, events)
    else:
        found = reading.on_call_spans(events, catalogue.people)
        await calendars.fill(tx.conn, number, found.spans)
        changed = True
        if found.unknown:
            names = ", ".join(found.unknown[:5])
            problem = f"These titles name nobody who is configured: {names}."
            read = replace(read, problem=problem, problem_since=calendar.problem_since or tx.now)
            if calendar.problem != problem:
                _tell(tx, catalogue, read)
    await calendars.save(tx.conn, read)
    if changed:
        await touched(tx)


async def _take_time_off(tx: Tx, calendar: OutsideCalendar, events: Sequence[CalendarEvent]) -> bool:
    """Add what is new, take back what is gone; answers whether there was either."""
    wanted = {
        (event.uid, event.starts_at, event.ends_at): event
        for event in events
        if reading.is_time_off(event) and event.ends_at > tx.now
    }
    standing = {
        (uid, away.starts_at, away.ends_at): away
        for uid, away in await time_off.of_calendar(tx.conn, calendar.id)
        if away.ends_at > tx.now
    }
    for key in standing.keys() - wanted.keys():
        await time_off.end(tx.conn, standing[key], tx.now)
    for key in sorted(wanted.keys() - standing.keys()):
        event = wanted[key]
        away = Away(
            0,
            calendar.person or PersonId(""),
            event.starts_at,
            event.ends_at,
            event.title,
            calendar.by or "",
            calendar.id,
        )
        await time_off.add(tx.conn, away, tx.now, event.uid)
    return standing.keys() != wanted.keys()


async def same(tx: Tx, number: CalendarId) -> None:
    """A calendar was asked and has not changed."""
    calendar = await calendars.load(tx.conn, number)
    if calendar is not None:
        read = replace(calendar, read_at=tx.now)
        await calendars.save(tx.conn, read if calendar.problem == "" else replace(read, etag=""))


async def failed(tx: Tx, catalogue: Catalogue, number: CalendarId, problem: str) -> None:
    """What it said last still counts; whom it concerns hears of it when it lasts, or when it never worked."""
    calendar = await calendars.load(tx.conn, number)
    if calendar is None:
        return
    known = replace(calendar, problem=problem, problem_since=calendar.problem_since or tx.now)
    await calendars.save(tx.conn, known)
    if calendar.read_at is None or tx.now - _since(known, tx.now) >= reading.TELL_AFTER:
        _tell(tx, catalogue, known)


def _since(calendar: OutsideCalendar, now: datetime) -> datetime:
    return calendar.problem_since or now


def _tell(tx: Tx, catalogue: Catalogue, calendar: OutsideCalendar) -> None:
    """Once for each problem: the person whose calendar it is, or the owners of the schedules that it fills."""
    since = int(_since(calendar, tx.now).timestamp())
    key = f"calendar:{calendar.id}:{since}"
    if calendar.person is not None:
        data = {"schedule": "", "problem": calendar.problem}
        tell(tx, catalogue, key, (calendar.person,), "calendar_failed", data)
        return
    for schedule, layer in _layers(catalogue):
        if layer.url == calendar.url and schedule.owner is not None:
            data = {"schedule": schedule.id, "problem": calendar.problem}
            tell(tx, catalogue, f"{key}:{schedule.id}", (schedule.owner,), "calendar_failed", data)
