"""What is wrong with a schedule in the days to come, as its owner hears it weekly. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.company import is_user_id
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import AwayOnOverride, Plan, Shift, away_on_override, shifts, wall_clock

DIGEST_TIME = time(9)
"""On Mondays, by the owner's clocks."""


@dataclass(frozen=True)
class Unreachable:
    """Somebody on call whom no page reaches."""

    person: PersonId
    why: str
    """deactivated, unknown or silent: in Do Not Disturb at times, without a method that rings"""
    shift: Shift
    """Their next one, or what is left of the present one."""


@dataclass(frozen=True)
class Findings:
    schedule: ScheduleId
    gaps: tuple[Shift, ...]
    away: tuple[AwayOnOverride, ...]
    """Overrides of people who are away then."""
    unreachable: tuple[Unreachable, ...]
    is_empty: bool
    """Nobody is on call in all the time that is looked at."""

    @property
    def all_well(self) -> bool:
        return not (self.gaps or self.away or self.unreachable)


def findings(
    catalogue: Catalogue, plan: Plan, now: datetime, unwakeable: Collection[PersonId] = ()
) -> Findings:
    """Of the next 30 days; `unwakeable` are those whom nothing wakes (`bot.store.waking`)."""
    schedule, changes = plan
    until = now + oversight.AHEAD
    coming = shifts(schedule, changes, now, until)
    return Findings(
        schedule=schedule.id,
        gaps=tuple(shift for shift in coming if not shift.people),
        away=away_on_override(schedule, changes, now, until),
        unreachable=tuple(_unreachable(catalogue, coming, unwakeable)),
        is_empty=not any(shift.people for shift in coming),
    )


def _unreachable(
    catalogue: Catalogue, coming: tuple[Shift, ...], unwakeable: Collection[PersonId]
) -> Iterator[Unreachable]:
    told: set[PersonId] = set()
    for shift in coming:
        for person in shift.people:
            why = cannot_be_reached(catalogue, person) or ("silent" if person in unwakeable else "")
            if why and person not in told:
                told.add(person)
                yield Unreachable(person, why, shift)


def cannot_be_reached(catalogue: Catalogue, person: PersonId) -> str:
    """As `oversight.unreachable`; empty also while Slack has not told yet who is in the workspace."""
    listed = catalogue.people.get(person)
    if listed is None:
        return ""
    by_name = (other for other in catalogue.people.values() if not is_user_id(other.slack))
    has_told = is_user_id(listed.slack) or any(other.user_id for other in by_name)
    return oversight.unreachable(catalogue, person) if has_told else ""


def owners(catalogue: Catalogue, schedule: ScheduleId) -> tuple[PersonId, ...]:
    """Who hears of its problems: the owner, or the admins when there is none who can be reached."""
    known = catalogue.schedules.get(schedule)
    owner = known.owner if known else None
    if owner is not None and not oversight.unreachable(catalogue, owner):
        return (owner,)
    return catalogue.admins


def digest_at(after: datetime, zone: str) -> datetime:
    """The first Monday 09:00 by clocks in `zone` that is later than `after`."""
    here = ZoneInfo(zone)
    today = after.astimezone(here).date()
    monday = today - timedelta(days=today.weekday())
    found = wall_clock(monday, DIGEST_TIME, here)
    return found if found > after else wall_clock(monday + timedelta(days=7), DIGEST_TIME, here)
