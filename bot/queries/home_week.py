"""The App Home's calendar: one schedule's week on the reader's clocks. Computed from what was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import week as calendar
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import AllChanges, Schedule, Shift, on_call, outlook
from bot.core.views import DayShift, DayView, OnCallPerson, SpanOnCall, WeekView
from bot.core.week import Day

FURTHEST = timedelta(days=371)
"""So far back and ahead can the weeks be turned."""


def schedule_shown(
    catalogue: Catalogue, chosen: ScheduleId | None, own: tuple[ScheduleId, ...]
) -> Schedule | None:
    """The chosen one while it is configured, else the reader's own first, else any."""
    wanted = [one for one in (chosen, *own, *catalogue.schedules) if one is not None]
    return next((catalogue.schedules[one] for one in wanted if one in catalogue.schedules), None)


def own_schedules(catalogue: Catalogue, person: PersonId) -> tuple[ScheduleId, ...]:
    """Those in whose rotations somebody stands, then those of their teams."""
    teams = {team.id for team in catalogue.teams.values() if person in team.members or team.owner == person}
    found = list(catalogue.schedules.values())
    mine = [schedule.id for schedule in found if person in schedule.people]
    theirs = [s.id for s in found if s.team in teams or s.owner == person]
    return tuple(dict.fromkeys((*mine, *theirs)))


def monday_shown(wanted: date | None, now: datetime, zone: ZoneInfo) -> date:
    """The chosen week's, kept within what a calendar is good for."""
    this = calendar.monday_of(now, zone)
    if wanted is None:
        return this
    return min(max(wanted, this - FURTHEST), this + FURTHEST)


def week_view(
    catalogue: Catalogue,
    changed: AllChanges,
    schedule: Schedule,
    monday: date,
    zone: ZoneInfo,
    now: datetime,
    own: tuple[ScheduleId, ...],
) -> WeekView:
    changes = changed.of(schedule.id)
    days = calendar.days(schedule, changes, monday, zone)
    colours = calendar.colours(schedule, days)
    starts_at, ends_at = calendar.bounds(monday, zone)
    current = on_call(schedule, changes, now)
    gaps = outlook.gaps(schedule, changes, max(starts_at, now), ends_at)
    return WeekView(
        schedule=schedule.id,
        name=schedule.name,
        monday=monday,
        this_monday=calendar.monday_of(now, zone),
        days=tuple(_day(catalogue, day, colours, now, zone) for day in days),
        gaps=tuple(_span(gap.starts_at, gap.ends_at, zone) for gap in gaps),
        overrides=tuple(_overrides(catalogue, days, zone)),
        now=_people(catalogue, current.people),
        now_until=current.ends_at,
        choices=_choices(catalogue, own),
    )


def _choices(catalogue: Catalogue, own: tuple[ScheduleId, ...]) -> tuple[tuple[ScheduleId, str], ...]:
    others = sorted(
        (one for one in catalogue.schedules if one not in own), key=lambda one: catalogue.schedules[one].name
    )
    return tuple((one, catalogue.schedules[one].name) for one in (*own, *others))


def _day(
    catalogue: Catalogue, day: Day, colours: dict[PersonId, int], now: datetime, zone: ZoneInfo
) -> DayView:
    return DayView(
        date=day.date,
        is_today=day.date == now.astimezone(zone).date(),
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        shifts=tuple(_shift(catalogue, shift, day.ends_at) for shift in day.shifts),
        bar=calendar.bar(day, colours),
    )


def _shift(catalogue: Catalogue, shift: Shift, day_ends_at: datetime) -> DayShift:
    return DayShift(
        people=_people(catalogue, shift.people),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at or day_ends_at,
        origin=shift.override.origin if shift.override else None,
        standing_in_for=_people(catalogue, shift.standing_in_for),
    )


def _overrides(catalogue: Catalogue, days: tuple[Day, ...], zone: ZoneInfo) -> Iterator[SpanOnCall]:
    winning = dict.fromkeys(shift.override for day in days for shift in day.shifts if shift.override)
    for one in winning:
        span = _span(one.starts_at, one.ends_at, zone)
        yield SpanOnCall(
            span.starts_at,
            span.ends_at,
            span.starts_on,
            span.ends_on,
            people=_people(catalogue, (one.person,)),
            origin=one.origin,
            by=UserId(one.by) if one.by else None,
            reason=one.reason,
        )


def _span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> SpanOnCall:
    last = ends_at - timedelta(microseconds=1)
    return SpanOnCall(starts_at, ends_at, starts_at.astimezone(zone).date(), last.astimezone(zone).date())


def _people(catalogue: Catalogue, people: tuple[PersonId, ...]) -> tuple[OnCallPerson, ...]:
    return tuple(person_shown(catalogue, person) for person in people)


def person_shown(catalogue: Catalogue, person: PersonId) -> OnCallPerson:
    listed = catalogue.people.get(person)
    return OnCallPerson(listed.name if listed else person, catalogue.user_id(person))
