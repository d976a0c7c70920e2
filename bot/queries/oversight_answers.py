"""Coming gaps, and how the load is shared, as `/oncall gaps` and `/oncall load` tell them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId
from bot.core.on_call_views import ComingGap, GapsView, LoadView, PersonLoad
from bot.core.oversight import Paged
from bot.core.public_holidays import public_holidays
from bot.core.schedule import AllChanges, Hours, Schedule, hours_per_person, outlook
from bot.queries import who_is_on_call
from bot.store import changes, pages


async def gaps(
    conn: AsyncConnection, catalogue: Catalogue, about: str, wanted: Sequence[Schedule], now: datetime
) -> GapsView:
    """When nobody is on call in the next 30 days, in order of time."""
    until = now + oversight.AHEAD
    changed = await changes.since(conn, now, wanted)
    found = [
        ComingGap(schedule.id, schedule.name, gap.starts_at, gap.ends_at)
        for schedule in wanted
        for gap in outlook.gaps(schedule, changed.of(schedule.id), now, until)
    ]
    found.sort(key=lambda gap: (gap.starts_at, gap.name))
    return GapsView(about, until, len(wanted), tuple(found))


async def load(
    conn: AsyncConnection,
    catalogue: Catalogue,
    about: str,
    wanted: Sequence[Schedule],
    people: Collection[PersonId] | None,
    now: datetime,
) -> LoadView:
    """Hours on call of these schedules and pages over four weeks. `people`: whose pages count; None for everybody's."""
    start = now - oversight.LOAD_OF
    changed = await changes.since(conn, start, wanted)
    hours = _hours(catalogue, wanted, changed, start, now)
    paged = oversight.pages_per_person(catalogue, await pages.paged_since(conn, start))
    concerned = [one for one in {*hours, *paged} if people is None or one in people or one in hours]
    lines = [
        PersonLoad(
            who_is_on_call.shown(catalogue, one),
            hours.get(one, Hours()),
            paged.get(one, Paged()).pages,
            paged.get(one, Paged()).at_night,
        )
        for one in concerned
    ]
    lines.sort(key=lambda line: (-line.pages, -line.hours.total, line.person.name))
    return LoadView(about, start, now, tuple(lines))


def _hours(
    catalogue: Catalogue, wanted: Iterable[Schedule], changed: AllChanges, start: datetime, end: datetime
) -> dict[PersonId, Hours]:
    zones = _zones(catalogue)
    found: dict[PersonId, Hours] = {}
    for schedule in wanted:
        days = _holidays(schedule, start, end)
        own = hours_per_person(schedule, changed.of(schedule.id), start, end, zones, days)
        for person, hours in own.items():
            found[person] = found.get(person, Hours()) + hours
    return found


def _holidays(schedule: Schedule, start: datetime, end: datetime) -> frozenset[date]:
    return public_holidays(schedule.holidays, {start.year, end.year}) if schedule.holidays else frozenset()


def _zones(catalogue: Catalogue) -> Mapping[PersonId, str]:
    """Where people are, as far as their zone is one that is known here."""
    return {
        one.id: one.time_zone for one in catalogue.people.values() if one.time_zone and _known(one.time_zone)
    }


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
