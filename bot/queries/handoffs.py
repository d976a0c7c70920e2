"""Hand-off notes, and the facts of a shift that a note begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.incident import Incident, may_see
from bot.core.page import Page, PageState
from bot.core.schedule import Schedule, Shift
from bot.core.schedule_facts import OverrideMade
from bot.core.shift_views import HandoffForm, HandoffNoteView, OverrideLine, ShiftFacts
from bot.queries import people
from bot.queries.home import page_line
from bot.queries.incidents import line
from bot.queries.services_paged import services_paged
from bot.store import handoff_notes, incidents, pages, timeline
from bot.store.handoff_notes import HandoffNote

LATE_NOTE = timedelta(hours=1)
"""Also a note for a hand-off that was a little before is for whoever comes now."""


async def form(
    conn: AsyncConnection,
    catalogue: Catalogue,
    schedule: Schedule,
    starts_at: datetime,
    hand_off_at: datetime,
    reader: UserId,
    now: datetime,
) -> HandoffForm:
    """The reader's own note if they have left one, and what happened in the shift."""
    kept = await handoff_notes.since(conn, schedule.id, hand_off_at)
    own = next((note.text for note in kept if (note.by, note.hand_off_at) == (reader, hand_off_at)), "")
    ends_at = min(hand_off_at, now)
    return HandoffForm(
        schedule=schedule.name,
        schedule_id=schedule.id,
        starts_at=starts_at,
        hand_off_at=hand_off_at,
        own=own,
        facts=await _facts(conn, catalogue, schedule, starts_at, ends_at, reader),
        zone=await people.zone_of(conn, reader),
    )


async def note(conn: AsyncConnection, catalogue: Catalogue, number: int) -> HandoffNoteView | None:
    found = await handoff_notes.load(conn, number)
    return _view(catalogue, found) if found else None


async def notes(
    conn: AsyncConnection, catalogue: Catalogue, schedule: ScheduleId, since: datetime
) -> tuple[HandoffNoteView, ...]:
    """What was left for hand-offs since then, the latest first."""
    return tuple(_view(catalogue, found) for found in await handoff_notes.since(conn, schedule, since))


async def of_shifts(
    conn: AsyncConnection, catalogue: Catalogue, shifts: Iterable[Shift], now: datetime
) -> tuple[HandoffNoteView, ...]:
    """What others left for the people of shifts that run now."""
    found: list[HandoffNoteView] = []
    for shift in shifts:
        if shift.people:
            theirs = {catalogue.user_id(person) for person in shift.people}
            left = await notes(conn, catalogue, shift.schedule, shift.starts_at - LATE_NOTE)
            found += [one for one in left if one.hand_off_at <= now and one.by not in theirs]
    return tuple(found)


def _view(catalogue: Catalogue, found: HandoffNote) -> HandoffNoteView:
    schedule = catalogue.schedules.get(found.schedule)
    name = schedule.name if schedule else found.schedule
    return HandoffNoteView(name, found.by, found.text, found.made_at, found.hand_off_at)


async def _facts(
    conn: AsyncConnection,
    catalogue: Catalogue,
    schedule: Schedule,
    starts_at: datetime,
    ends_at: datetime,
    reader: UserId,
) -> ShiftFacts:
    services = services_paged(catalogue, schedule.id)
    begun = await pages.begun_in(conn, services, starts_at, ends_at)
    still_open = [page for page in await pages.open_pages(conn) if page.service in services]
    seen = [
        one for one in await incidents.touching(conn, services, starts_at, ends_at) if may_see(one, reader)
    ]
    facts = await timeline.of_schedule(conn, schedule.id)
    return ShiftFacts(
        pages=len(begun),
        at_night=sum(oversight.is_night(page.started_at, schedule.time_zone) for page in begun),
        taken_by=_taken(catalogue, begun),
        untaken=sum(page.acknowledged_by is None and page.state is PageState.RESOLVED for page in begun),
        open_pages=tuple(page_line(catalogue, page) for page in still_open),
        open_incidents=tuple(line(catalogue, one) for one in seen if _is_open(one)),
        resolved_incidents=tuple(line(catalogue, one) for one in seen if not _is_open(one)),
        overrides=tuple(
            OverrideLine(_name(catalogue, fact.person), fact.starts_at, fact.ends_at, fact.reason)
            for fact in facts
            if isinstance(fact, OverrideMade) and starts_at <= fact.at < ends_at
        ),
    )


def _is_open(one: Incident) -> bool:
    return one.resolved_at is None


def _taken(catalogue: Catalogue, begun: Iterable[Page]) -> tuple[tuple[str, int], ...]:
    """Who acknowledged how many, the most first."""
    counted = Counter(page.acknowledged_by for page in begun if page.acknowledged_by is not None)
    return tuple((_user_name(catalogue, user), count) for user, count in counted.most_common())


def _user_name(catalogue: Catalogue, user: UserId) -> str:
    listed = catalogue.person_of(user)
    return listed.name if listed else user


def _name(catalogue: Catalogue, person: PersonId) -> str:
    listed = catalogue.people.get(person)
    return listed.name if listed else person
