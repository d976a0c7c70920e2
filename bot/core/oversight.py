"""What those who look after schedules should see: load, coming gaps, people on call whom nothing reaches. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import Changes, Override, Plan, Schedule, Shift, shifts
from bot.core.schedule.segments import Segments

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


def around(plan: Plan, now: datetime) -> tuple[Shift, ...]:
    """The final shifts of a schedule from `LOAD_OF` before `now` until `AHEAD` after it; a little more at both ends.

    They are reckoned once an hour, and when the schedule or its changes are others: a manager's Home asks for many.
    """
    schedule, changes = plan
    people = {*schedule.people, *(one.person for one in changes.overrides.values if one is not None)}
    away = tuple((person, changes.away[person]) for person in sorted(people) if person in changes.away)
    calendars = tuple(sorted(changes.calendars.items(), key=lambda one: one[0]))
    return _around(
        schedule, changes.overrides, away, calendars, now.replace(minute=0, second=0, microsecond=0)
    )


@lru_cache(maxsize=1024)
def _around(
    schedule: Schedule,
    overrides: Segments[Override | None],
    away: tuple[tuple[PersonId, Segments[tuple[PersonId, ...]]], ...],
    calendars: tuple[tuple[str, Segments[tuple[PersonId, ...]]], ...],
    hour: datetime,
) -> tuple[Shift, ...]:
    changes = Changes(overrides, dict(away), dict(calendars))
    return shifts(schedule, changes, hour - LOAD_OF, hour + AHEAD + timedelta(hours=1))


def ahead(plan: Plan, now: datetime) -> Ahead:
    """What is to come on the schedule from `now` on."""
    return ahead_in(around(plan, now), now)


def ahead_in(tiles: Sequence[Shift], now: datetime) -> Ahead:
    """As `ahead`, of the shifts that `around` answers."""
    coming = tuple(cut(tiles, now, now + AHEAD))
    following = coming[1] if len(coming) > 1 else None
    return Ahead(coming[0].schedule, coming[0], following, tuple(tile for tile in coming if not tile.people))


def cut(tiles: Iterable[Shift], start: datetime, end: datetime) -> Iterator[Shift]:
    """What of the shifts lies between `start` and `end`."""
    for tile in tiles:
        begins, ends = max(tile.starts_at, start), min(tile.ends_at or end, end)
        if begins < ends:
            yield replace(tile, starts_at=begins, ends_at=ends)


def time_on_call(schedules: Iterable[Sequence[Shift]], now: datetime) -> dict[PersonId, timedelta]:
    """How long everybody was on call in the last four weeks; for two schedules at once it counts twice."""
    start = now - LOAD_OF
    found: dict[PersonId, timedelta] = {}
    for tile in chain.from_iterable(schedules):
        lasts = min(tile.ends_at or now, now) - max(tile.starts_at, start)
        if lasts > timedelta():
            for person in tile.people:
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
    """`paged` has each page of each person once, with the instant at which it came; by UTC for who has no zone."""
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
