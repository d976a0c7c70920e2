"""The App Home's part for those who look after teams and schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.oversight import Ahead, Paged
from bot.core.schedule import AllChanges, Plan
from bot.core.views import GapLine, LoadLine, ManagerView, UnreachableLine
from bot.queries.home_week import person_shown
from bot.store.directory import SlackUser


def plans_of(catalogue: Catalogue, changed: AllChanges, schedules: Sequence[ScheduleId]) -> list[Plan]:
    return [(catalogue.schedules[one], changed.of(one)) for one in schedules]


def unlisted(catalogue: Catalogue, ahead: Sequence[Ahead]) -> list[UserId]:
    """Those on call now or next whom configuration does not know: Slack is asked about them."""
    return [UserId(p) for _, p, _, _ in oversight.on_call_soon(ahead) if p not in catalogue.people]


def manager_view(
    catalogue: Catalogue,
    plans: Sequence[Plan],
    ahead: Sequence[Ahead],
    paged: Sequence[tuple[UserId, datetime]],
    known: Mapping[UserId, SlackUser],
    me: PersonId,
    now: datetime,
) -> ManagerView:
    gaps = [
        GapLine(catalogue.schedules[one.schedule].name, gap.starts_at, gap.ends_at or now + oversight.AHEAD)
        for one in ahead
        for gap in one.gaps
    ]
    everything = me in catalogue.admins
    people = None if everything else oversight.people_of(catalogue, [p.id for p, _ in plans], me)
    return ManagerView(
        everything=everything,
        load=_load(catalogue, plans, oversight.pages_per_person(catalogue, paged), people, now),
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.starts_at, gap.schedule))),
        unreachable=tuple(_unreachable(catalogue, ahead, known)),
    )


def _load(
    catalogue: Catalogue,
    plans: Sequence[Plan],
    paged: Mapping[PersonId, Paged],
    people: set[PersonId] | None,
    now: datetime,
) -> tuple[LoadLine, ...]:
    """`people`: whose pages count; None for everybody's."""
    hours = oversight.time_on_call(plans, now - oversight.LOAD_OF, now)
    concerned = [one for one in {*hours, *paged} if people is None or one in people or one in hours]
    lines = [
        LoadLine(
            person_shown(catalogue, one),
            hours.get(one, now - now),
            paged.get(one, Paged()).pages,
            paged.get(one, Paged()).at_night,
        )
        for one in concerned
    ]
    return tuple(
        sorted(lines, key=lambda line: (-line.pages, -line.at_night, -line.on_call, line.person.name))
    )


def _unreachable(
    catalogue: Catalogue, ahead: Sequence[Ahead], known: Mapping[UserId, SlackUser]
) -> Iterator[UnreachableLine]:
    for schedule, person, shift, is_now in oversight.on_call_soon(ahead):
        why = oversight.unreachable(catalogue, person)
        if person not in catalogue.people:
            slack = known.get(UserId(person))
            why = "unknown" if slack is None else "deactivated" if slack.deleted else ""
        if why:
            name = catalogue.schedules[schedule].name
            yield UnreachableLine(name, person_shown(catalogue, person), is_now, shift.starts_at, why)
