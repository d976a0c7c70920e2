"""What a private iCal feed shows: the final shifts, by the one resolver (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.feed import FeedEvent, FeedView
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import AllChanges, Schedule, shifts
from bot.store import calendars, changes, feeds
from bot.store.calendars import OutsideCalendar
from bot.store.feeds import FeedKind

BACK, AHEAD = timedelta(days=30), timedelta(days=180)


async def feed(conn: AsyncConnection, catalogue: Catalogue, number: int, now: datetime) -> FeedView | None:
    """From a month ago to half a year ahead; None when it is revoked, or what it shows is gone."""
    found = await feeds.load(conn, number)
    if found is None:
        return None
    if found.kind is FeedKind.SCHEDULE:
        schedule = catalogue.schedules.get(ScheduleId(found.subject))
        if schedule is None:
            return None
        changed = await changes.since(conn, now - BACK, (schedule,))
        return FeedView(
            f"On call: {schedule.name}",
            schedule.time_zone,
            tuple(_events(catalogue, schedule, changed, now)),
        )
    return await _of_person(conn, catalogue, PersonId(found.subject), now)


async def _of_person(
    conn: AsyncConnection, catalogue: Catalogue, person: PersonId, now: datetime
) -> FeedView:
    schedules = tuple(catalogue.schedules.values())
    changed = await changes.since(conn, now - BACK, schedules)
    listed = catalogue.people.get(person)
    mine = [
        event
        for schedule in schedules
        for event in _events(catalogue, schedule, changed, now)
        if person in event.people
    ]
    name, zone = (listed.name, listed.time_zone or "UTC") if listed else (person, "UTC")
    return FeedView(f"On call: {name}", zone, tuple(sorted(mine, key=lambda one: one.starts_at)))


def _events(
    catalogue: Catalogue, schedule: Schedule, changed: AllChanges, now: datetime
) -> Iterable[FeedEvent]:
    """A shift that began before the feed does is shown from there on; gaps are not shown."""
    start, end = now - BACK, now + AHEAD
    for shift in shifts(schedule, changed.of(schedule.id), start, end):
        if shift.people:
            names = tuple(_name(catalogue, person) for person in shift.people)
            why = shift.override.reason if shift.override else ""
            yield FeedEvent(
                schedule.id, schedule.name, shift.people, names, shift.starts_at, shift.ends_at or end, why
            )


def _name(catalogue: Catalogue, person: PersonId) -> str:
    listed = catalogue.people.get(person)
    return listed.name if listed else person


@dataclass(frozen=True)
class OwnFeed:
    id: int
    name: str
    schedule: ScheduleId | None
    """None: of one's own shifts on every schedule."""


@dataclass(frozen=True)
class OwnCalendars:
    feeds: tuple[OwnFeed, ...]
    linked: OutsideCalendar | None
    """From which their time off is read."""


async def of_user(conn: AsyncConnection, catalogue: Catalogue, user: UserId) -> OwnCalendars:
    """The feeds that somebody made, and the calendar that they linked."""
    listed = catalogue.person_of(user)
    person = listed.id if listed else PersonId(user)
    own = [
        OwnFeed(one.id, "My shifts", None)
        if one.kind is FeedKind.PERSON
        else OwnFeed(one.id, _schedule_name(catalogue, one.subject), ScheduleId(one.subject))
        for one in await feeds.of_user(conn, user)
    ]
    return OwnCalendars(tuple(own), await calendars.of_person(conn, person))


def _schedule_name(catalogue: Catalogue, schedule: str) -> str:
    known = catalogue.schedules.get(ScheduleId(schedule))
    return known.name if known else schedule
