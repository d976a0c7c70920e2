"""What owners and admins are told, as it is when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.checkup import Company
from bot.core.checkup_weekly import told_weekly
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.schedule import Plan
from bot.core.schedule_findings import Findings, cannot_be_reached, findings
from bot.core.shift_views import (
    Digest,
    OverrideLine,
    ScheduleFindings,
    UnreachableLine,
    UnreachableOnCall,
)
from bot.store import changes, waking


async def unreachable_on_call(
    conn: AsyncConnection, catalogue: Catalogue, data: Mapping[str, Any], now: datetime
) -> UnreachableOnCall | None:
    """None when they can be reached by now, or are not on call soon any more."""
    person = PersonId(data["person"])
    why = cannot_be_reached(catalogue, person)
    plans = await _plans(conn, catalogue, [data["schedule"]], now)
    if not plans or not why:
        return None
    soon = oversight.on_call_soon([oversight.ahead(plans[0], now)])
    found = next(((shift, is_now) for _, who, shift, is_now in soon if who == person), None)
    if found is None:
        return None
    shift, is_now = found
    schedule = plans[0][0]
    return UnreachableOnCall(
        schedule.name, _name(catalogue, person), person, why, shift.starts_at, shift.ends_at, is_now
    )


async def digest(
    conn: AsyncConnection,
    catalogue: Catalogue,
    data: Mapping[str, Any],
    now: datetime,
    company: Company,
) -> Digest | None:
    """None when all is well by now; `company` is what the doctor looks at."""
    plans = await _plans(conn, catalogue, data["schedules"], now)
    everybody = {person for schedule, _ in plans for person in schedule.people}
    unwakeable = await waking.unwakeable(conn, catalogue, everybody, now)
    found = [findings(catalogue, plan, now, unwakeable) for plan in plans]
    wrong = tuple(_shown(catalogue, one, now) for one in found if not one.all_well)
    told = {line.person for one in wrong for line in one.unreachable}
    others = told_weekly(company, UserId(data["to"]), told)
    return Digest(wrong, others) if wrong or others else None


async def _plans(conn: AsyncConnection, catalogue: Catalogue, names: list[str], now: datetime) -> list[Plan]:
    known = [catalogue.schedules[ScheduleId(name)] for name in names if name in catalogue.schedules]
    changed = await changes.since(conn, now, known)
    return [(schedule, changed.of(schedule.id)) for schedule in known]


def _shown(catalogue: Catalogue, found: Findings, now: datetime) -> ScheduleFindings:
    until = now + oversight.AHEAD
    return ScheduleFindings(
        schedule=catalogue.schedules[found.schedule].name,
        is_empty=found.is_empty,
        gaps=tuple((gap.starts_at, gap.ends_at or until) for gap in found.gaps),
        away=tuple(
            OverrideLine(
                _name(catalogue, one.override.person), one.starts_at, one.ends_at, one.override.reason
            )
            for one in found.away
        ),
        unreachable=tuple(
            UnreachableLine(
                _name(catalogue, one.person),
                one.why,
                one.shift.starts_at if one.shift.starts_at > now else None,
            )
            for one in found.unreachable
        ),
    )


def _name(catalogue: Catalogue, person: PersonId) -> str:
    listed = catalogue.people.get(person)
    return listed.name if listed else person
