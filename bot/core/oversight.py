"""What those who look after schedules should see: load, coming gaps, people on call whom nothing reaches. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import Plan, Shift, shifts

LOAD_OF = timedelta(days=28)
AHEAD = timedelta(days=30)
NIGHT_FROM, NIGHT_UNTIL = time(22), time(7)


@dataclass(frozen=True)
class Ahead:
    """What is to come on one schedule."""

    schedule: ScheduleId
    now: Shift
    next: Shift | None
    """None when nothing changes within `AHEAD`."""
    gaps: tuple[Shift, ...]
    """Cut at now and at the end of the look ahead."""


def looked_after(catalogue: Catalogue, person: PersonId) -> tuple[ScheduleId, ...]:
    """The schedules of which somebody is the owner, or of whose team; all of them for an admin."""
    if person in catalogue.admins:
        return tuple(catalogue.schedules)
    teams = {team.id for team in catalogue.teams.values() if team.owner == person}
    found = catalogue.schedules.values()
    return tuple(one.id for one in found if one.owner == person or one.team in teams)


def people_of(catalogue: Catalogue, schedules: Collection[ScheduleId], owner: PersonId) -> set[PersonId]:
    """Everybody in the rotations of these schedules, and in the teams of the owner."""
    teams = [team for team in catalogue.teams.values() if team.owner == owner]
    found = {member for team in teams for member in team.members}
    return found | {person for schedule in schedules for person in catalogue.schedules[schedule].people}


def ahead(plan: Plan, now: datetime) -> Ahead:
    schedule, changes = plan
    coming = shifts(schedule, changes, now, now + AHEAD)
    following = coming[1] if len(coming) > 1 else None
    return Ahead(schedule.id, coming[0], following, tuple(shift for shift in coming if not shift.people))


def time_on_call(plans: Iterable[Plan], start: datetime, end: datetime) -> dict[PersonId, timedelta]:
    """How long everybody was on call between `start` and `end`; for two schedules at once it counts twice."""
    found: dict[PersonId, timedelta] = {}
    for schedule, changes in plans:
        for shift in shifts(schedule, changes, start, end):
            lasts = (shift.ends_at or end) - shift.starts_at
            for person in shift.people:
                found[person] = found.get(person, timedelta()) + lasts
    return found


def is_night(at: datetime, zone: str) -> bool:
    """Whether it is from 22:00 to 07:00 on clocks in `zone`."""
    shown = at.astimezone(ZoneInfo(zone)).time()
    return shown >= NIGHT_FROM or shown < NIGHT_UNTIL


@dataclass(frozen=True)
class Paged:
    """How often somebody was paged."""

    pages: int = 0
    at_night: int = 0


def pages_per_person(
    catalogue: Catalogue, paged: Iterable[tuple[UserId, datetime]]
) -> Mapping[PersonId, Paged]:
    """`paged` has each page of each person once, with the instant at which it came."""
    known = {person.user_id: person for person in catalogue.people.values() if person.user_id}
    found: dict[PersonId, Paged] = {}
    for user, at in paged:
        person = known.get(user)
        name = person.id if person else PersonId(user)
        before = found.get(name, Paged())
        night = is_night(at, (person and person.time_zone) or "UTC")
        found[name] = Paged(before.pages + 1, before.at_night + night)
    return found


def unreachable(catalogue: Catalogue, person: PersonId) -> str:
    """Why a listed person can't be paged; empty when they can, and for whoever is not listed."""
    listed = catalogue.people.get(person)
    if listed is None:
        return ""
    if listed.user_id is None:
        return "unknown"
    return "" if listed.reachable else "deactivated"


def on_call_soon(found: Sequence[Ahead]) -> Iterable[tuple[ScheduleId, PersonId, Shift, bool]]:
    """Everybody on call now (True) or next (False), once for each schedule."""
    for one in found:
        told: set[PersonId] = set()
        for shift, is_now in ((one.now, True), (one.next, False)):
            for person in shift.people if shift else ():
                if shift is not None and person not in told:
                    told.add(person)
                    yield one.schedule, person, shift, is_now
