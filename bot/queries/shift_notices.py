"""What a notice about a change of shift tells of, as it is when it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.checkup import Company
from bot.core.ids import PersonId, ScheduleId, UserId, user_of
from bot.core.incident import may_see
from bot.core.quiet_hours import as_of
from bot.core.schedule import Changes, Origin, Schedule, following, on_call
from bot.core.schedule_facts import OverrideEnded, OverrideMade, TimeOffEntered
from bot.core.shift_turns import LONGEST_STINT, began, stint
from bot.core.shift_views import (
    Arranged,
    ReachTestMessage,
    ShiftAnnounced,
    ShiftBegun,
    ShiftNotice,
    ShiftOver,
    ShiftUpcoming,
    Waking,
)
from bot.core.views import OnCallPerson
from bot.queries import contacts, schedule_care
from bot.queries.changed_meanwhile import changed_meanwhile
from bot.queries.handoffs import LATE_NOTE, note, notes
from bot.queries.home import page_line
from bot.queries.incidents import line
from bot.queries.services_paged import services_paged
from bot.store import changes, incidents, pages, quiets, reach_tests, timeline

SAME_MOMENT = timedelta(seconds=1)
LOOK_BACK = timedelta(days=60)
"""How far the beginning of a shift that is over, and the last shift of whoever comes on call, are looked for."""


async def told(
    conn: AsyncConnection,
    catalogue: Catalogue,
    data: Mapping[str, Any],
    now: datetime,
    company: Company | None = None,
) -> ShiftNotice | None:
    """`data` as `usecases.shift_changes` owed it; None when it is not true any more. A digest needs the `company`."""
    if data["what"] == "handoff_note":
        return await note(conn, catalogue, int(data["note"]))
    if data["what"] == "unreachable_on_call":
        return await schedule_care.unreachable_on_call(conn, catalogue, data, now)
    if data["what"] == "reach_test":
        return ReachTestMessage(int(data["test"]))
    if data["what"] == "digest":
        return await schedule_care.digest(conn, catalogue, data, now, company) if company else None
    schedule = catalogue.schedules.get(ScheduleId(data["schedule"]))
    if schedule is None:
        return None
    looks_back = data["what"] in ("shift_over", "shift_begun")
    back_to = datetime.fromisoformat(data["at"]) - LOOK_BACK if looks_back else now
    changed = await changes.since(conn, min(back_to, now), (schedule,))
    own = changed.of(schedule.id)
    match data["what"]:
        case "shift_upcoming":
            return _upcoming(catalogue, schedule, own, data, now)
        case "shift_begun":
            return await _begun(conn, catalogue, schedule, own, data, now)
        case "shift_over":
            arranged = await _arranged(conn, catalogue, schedule, data)
            return _over(catalogue, schedule, own, data, now, arranged)
        case _:
            shift = on_call(schedule, own, now)
            before = _people(catalogue, data["before"])
            return ShiftAnnounced(
                schedule.name, _people(catalogue, shift.people), _until(schedule, own, now), before
            )


def _upcoming(
    catalogue: Catalogue, schedule: Schedule, own: Changes, data: Mapping[str, Any], now: datetime
) -> ShiftUpcoming | None:
    me, at = PersonId(data["person"]), datetime.fromisoformat(data["at"])
    people = on_call(schedule, own, at).people
    if at <= now or me not in people:
        return None
    return ShiftUpcoming(
        reader=UserId(data["to"]),
        schedule=schedule.name,
        schedule_id=schedule.id,
        starts_at=at,
        ends_at=stint(schedule, own, me, at),
        others=_people(catalogue, (person for person in people if person != me)),
    )


async def _begun(
    conn: AsyncConnection,
    catalogue: Catalogue,
    schedule: Schedule,
    own: Changes,
    data: Mapping[str, Any],
    now: datetime,
) -> ShiftBegun | None:
    me, reader, at = PersonId(data["person"]), UserId(data["to"]), datetime.fromisoformat(data["at"])
    people = on_call(schedule, own, now).people
    if me not in people:
        return None
    services = services_paged(catalogue, schedule.id)
    left = await notes(conn, catalogue, schedule.id, at - LATE_NOTE)
    open_pages = [page for page in await pages.open_pages(conn) if page.service in services]
    open_incidents = [one for one in await incidents.open_incidents(conn) if one.service in services]
    return ShiftBegun(
        reader=reader,
        schedule=schedule.name,
        schedule_id=schedule.id,
        starts_at=at,
        ends_at=stint(schedule, own, me, now),
        others=_people(catalogue, (person for person in people if person != me)),
        before=_people(catalogue, (person for person in data["before"] if person not in people)),
        pages=tuple(page_line(catalogue, page) for page in open_pages),
        incidents=tuple(line(catalogue, one) for one in open_incidents if may_see(one, reader)),
        notes=tuple(one for one in left if one.by != reader),
        waking=await waking_of(conn, reader, now),
        changed=await changed_meanwhile(conn, catalogue, schedule, own, me, at - LOOK_BACK, at),
        arranged=await _arranged(conn, catalogue, schedule, data),
        told=json.dumps({key: data[key] for key in ("what", "to", "schedule", "person", "at", "before")}),
    )


async def waking_of(conn: AsyncConnection, reader: UserId, now: datetime) -> Waking:
    """By what Slack last told of Do Not Disturb, and by the last test."""
    told, test = await quiets.of_user(conn, reader), await reach_tests.latest(conn, reader)
    quiet = as_of(told, now) if told else None
    return Waking(
        is_known=quiet is not None,
        silent_from=quiet.starts_at if quiet else None,
        silent_until=quiet.ends_at if quiet else None,
        tested_at=test.sent_at if test else None,
        heard_at=test.seen_at if test else None,
        ringing=await contacts.ringing(conn, reader),
    )


async def _arranged(
    conn: AsyncConnection, catalogue: Catalogue, schedule: Schedule, data: Mapping[str, Any]
) -> Arranged | None:
    """By what is on the schedule's timeline for that very moment; None when it was the reader, or nobody."""
    at, begins = datetime.fromisoformat(data["at"]), data["what"] == "shift_begun"
    for fact in reversed(await timeline.of_schedule(conn, schedule.id)):
        found: Arranged | None = None
        by = user_of(fact.by)
        match fact:
            case OverrideMade(origin=Origin.OVERRIDE) if by and abs(fact.starts_at - at) < SAME_MOMENT:
                found = Arranged(by, fact.reason)
            case TimeOffEntered() if by and begins and abs(fact.starts_at - at) < SAME_MOMENT:
                found = Arranged(by, away=_person(catalogue, fact.person))
            case OverrideEnded() if by and abs(fact.at - at) < SAME_MOMENT:
                found = Arranged(by, taken_back=True)
        if found is not None:
            return found if found.by != data["to"] else None
    return None


def _over(
    catalogue: Catalogue,
    schedule: Schedule,
    own: Changes,
    data: Mapping[str, Any],
    now: datetime,
    arranged: Arranged | None,
) -> ShiftOver | None:
    me, at = PersonId(data["person"]), datetime.fromisoformat(data["at"])
    people = on_call(schedule, own, now).people
    if me in people:
        return None
    return ShiftOver(
        reader=UserId(data["to"]),
        schedule=schedule.name,
        schedule_id=schedule.id,
        starts_at=began(schedule, own, me, at - LOOK_BACK, at),
        ended_at=at,
        now_on_call=_people(catalogue, people),
        until=_until(schedule, own, now),
        arranged=arranged,
    )


def _until(schedule: Schedule, own: Changes, now: datetime) -> datetime | None:
    """When the present people, or nobody, are no longer those on call."""
    people = set(on_call(schedule, own, now).people)
    ends = (
        shift for shift in following(schedule, own, now, now + LONGEST_STINT) if set(shift.people) != people
    )
    return next((shift.starts_at for shift in ends), None)


def _people(catalogue: Catalogue, people: Iterable[str]) -> tuple[OnCallPerson, ...]:
    return tuple(_person(catalogue, PersonId(person)) for person in people)


def _person(catalogue: Catalogue, person: PersonId) -> OnCallPerson:
    listed = catalogue.people.get(person)
    return OnCallPerson(listed.name if listed else person, catalogue.user_id(person))
