"""The App Home's part for those who look after teams and schedules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import oversight
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.oversight import Ahead, Paged
from bot.core.schedule import AllChanges, Shift
from bot.core.views import GapLine, LoadLine, ManagerView, UnreachableLine
from bot.queries.home_week import person_shown
from bot.store import pages, waking
from bot.store.directory import SlackUser

MOST_LOAD = 10
"""So many people are shown with their load; of the others only how many there are."""


@dataclass(frozen=True)
class Care:
    """The schedules that somebody looks after, with what was reckoned of them."""

    me: PersonId
    everything: bool
    schedules: tuple[ScheduleId, ...]
    tiles: tuple[tuple[Shift, ...], ...]
    ahead: tuple[Ahead, ...]


def care_of(
    catalogue: Catalogue, changed: AllChanges, schedules: tuple[ScheduleId, ...], me: PersonId, now: datetime
) -> Care:
    tiles = tuple(oversight.around((catalogue.schedules[one], changed.of(one)), now) for one in schedules)
    ahead = tuple(oversight.ahead_in(one, now) for one in tiles)
    return Care(me, me in catalogue.admins, schedules, tiles, ahead)


def unlisted(catalogue: Catalogue, care: Care) -> list[UserId]:
    """Those on call now or next whom configuration does not know: Slack is asked about them."""
    return [UserId(p) for _, p, _, _ in oversight.on_call_soon(care.ahead) if p not in catalogue.people]


async def manager_view(
    conn: AsyncConnection,
    catalogue: Catalogue,
    care: Care,
    known: Mapping[UserId, SlackUser],
    now: datetime,
) -> ManagerView:
    gaps = [
        GapLine(catalogue.schedules[one.schedule].name, gap.starts_at, gap.ends_at or now + oversight.AHEAD)
        for one in care.ahead
        for gap in one.gaps
    ]
    load, more_load = await _load(conn, catalogue, care, now)
    soon = [person for _, person, _, _ in oversight.on_call_soon(care.ahead)]
    unwakeable = await waking.unwakeable(conn, catalogue, soon, now)
    return ManagerView(
        everything=care.everything,
        load=load,
        more_load=more_load,
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.starts_at, gap.schedule))),
        unreachable=tuple(_unreachable(catalogue, care.ahead, known, unwakeable)),
    )


async def _load(
    conn: AsyncConnection, catalogue: Catalogue, care: Care, now: datetime
) -> tuple[tuple[LoadLine, ...], int]:
    """The lines that are shown, whoever was paged most first, and how many there are besides."""
    since = now - oversight.LOAD_OF
    hours = oversight.time_on_call(care.tiles, now)
    users = None if care.everything else _users(catalogue, care, hours)
    listed = {person.user_id: person.id for person in catalogue.people.values()}
    counts = await pages.times_paged(conn, since, users)
    paged = {listed.get(user, PersonId(user)): count for user, count in counts.items()}
    names = {one: person_shown(catalogue, one) for one in {*hours, *paged}}
    most = sorted(names, key=lambda one: (-paged.get(one, 0), -hours.get(one, timedelta()), names[one].name))
    shown = most[:MOST_LOAD]
    asked = [user for one in shown if one in paged and (user := names[one].user) is not None]
    nights = oversight.pages_per_person(catalogue, await pages.paged_since(conn, since, asked))
    lines = [
        LoadLine(
            names[one],
            hours.get(one, timedelta()),
            paged.get(one, 0),
            nights.get(one, Paged()).at_night,
        )
        for one in shown
    ]
    return tuple(lines), len(most) - len(shown)


def _users(catalogue: Catalogue, care: Care, hours: Collection[PersonId]) -> list[UserId]:
    people = oversight.people_of(catalogue, care.schedules, care.me) | set(hours)
    return [user for one in sorted(people) if (user := catalogue.user_id(one)) is not None]


def _unreachable(
    catalogue: Catalogue,
    ahead: Sequence[Ahead],
    known: Mapping[UserId, SlackUser],
    unwakeable: Collection[PersonId],
) -> Iterator[UnreachableLine]:
    for schedule, person, shift, is_now in oversight.on_call_soon(ahead):
        why = oversight.unreachable(catalogue, person)
        if person not in catalogue.people:
            slack = known.get(UserId(person))
            why = "unknown" if slack is None else "deactivated" if slack.deleted else ""
        why = why or ("silent" if person in unwakeable else "")
        if why:
            name = catalogue.schedules[schedule].name
            yield UnreachableLine(name, person_shown(catalogue, person), is_now, shift.starts_at, why)
