"""The App Home of one person: one statement for each kind of row, whatever the number of people and schedules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import oversight, permissions
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, UserId
from bot.core.incident import may_see
from bot.core.page import Page
from bot.core.permissions import Action
from bot.core.quiet_hours import as_of
from bot.core.schedule import outlook
from bot.core.views import CoverView, HomeView, PageLine, SwapView
from bot.queries import contacts, home_manager
from bot.queries.catalogue import service_name
from bot.queries.health import STUCK_AFTER
from bot.queries.home_week import monday_shown, own_schedules, schedule_shown, week_view
from bot.queries.incidents import has_part, line
from bot.queries.on_call import LOOK_AHEAD, my_shift, on_call_in
from bot.queries.on_call_questions import cover_view, swap_view
from bot.queries.people import zone_among
from bot.store import changes, covers, debts, directory, homes, incidents, members, pages, quiets, swaps
from bot.store.homes import Chosen

NEXT_SHIFTS = 3


async def home(
    conn: AsyncConnection,
    catalogue: Catalogue,
    user: UserId,
    now: datetime,
    real: datetime | None = None,
    problems: Sequence[str] = (),
) -> HomeView:
    """What is on `user` now, and what they look after.

    For admins `problems` are what is wrong with Tocsin itself; with `real` time given, also what is owed for too long.
    """
    listed = catalogue.person_of(user)
    me = listed.id if listed else PersonId(user)
    cared_for = oversight.looked_after(catalogue, me)
    chosen = await homes.chosen(conn, user)
    changed = await changes.since(conn, _earliest(chosen, bool(cared_for), now), catalogue.schedules.values())
    care = home_manager.care_of(catalogue, changed, cared_for, me, now)
    known = await directory.known(conn, [user, *home_manager.unlisted(catalogue, care)])
    zone = zone_among(known, user)
    mine = await pages.involving(conn, user)
    visible = [incident for incident in await incidents.open_incidents(conn) if may_see(incident, user)]
    called = frozenset(page.incident for page in mine if page.incident is not None)
    own = own_schedules(catalogue, me)
    shown = schedule_shown(catalogue, chosen.schedule, own)
    monday = monday_shown(chosen.week, now, zone)
    plans = [(schedule, changed.of(schedule.id)) for schedule in catalogue.schedules.values()]
    shifts = outlook.next_shifts(plans, me, now, NEXT_SHIFTS, within=LOOK_AHEAD)
    now_on_call = on_call_in(catalogue, changed, me, now, shifts)
    silent = await _silent(conn, user, now) if now_on_call.mine or shifts else None
    return HomeView(
        reader=user,
        on_call=now_on_call,
        pages=tuple(page_line(catalogue, page) for page in mine),
        waiting=await pages.unanswered(conn, user) if len(mine) > 1 else (),
        incidents=tuple(line(catalogue, incident) for incident in visible),
        mine=tuple(incident.id for incident in visible if has_part(incident, user, called)),
        shifts=tuple(my_shift(catalogue, shift) for shift in shifts),
        silent=silent,
        ringing=await contacts.ringing(conn, user) if silent else (),
        questions=await open_questions(conn, catalogue, user, me),
        week=week_view(catalogue, changed, shown, monday, zone, now, own) if shown else None,
        manager=await home_manager.manager_view(conn, catalogue, care, known, now) if cared_for else None,
        health=await _health(conn, real, problems) if me in catalogue.admins else None,
    )


async def refusal(conn: AsyncConnection, user: UserId) -> str:
    """Why somebody has no Home here: guests and people of other organizations see no incident; empty for members."""
    standing = await members.standing(conn, user)
    action = Action.WORK_INCIDENT
    return "" if permissions.may(action, standing) else permissions.refusal(action, standing)


async def _silent(conn: AsyncConnection, user: UserId, now: datetime) -> tuple[datetime, datetime] | None:
    """By what Slack last told of Do Not Disturb."""
    told = await quiets.of_user(conn, user)
    quiet = as_of(told, now) if told else None
    return (quiet.starts_at, quiet.ends_at) if quiet and quiet.starts_at and quiet.ends_at else None


def _earliest(chosen: Chosen, is_manager: bool, now: datetime) -> datetime:
    """From when on changes are needed: since the shown week's Monday in any zone, and since the load's beginning."""
    back = oversight.LOAD_OF if is_manager else timedelta(days=8)
    earliest = now - back
    if chosen.week is None:
        return earliest
    return min(earliest, datetime.combine(chosen.week, time(0), UTC) - timedelta(days=1))


async def open_questions(
    conn: AsyncConnection, catalogue: Catalogue, user: UserId, me: PersonId
) -> tuple[CoverView | SwapView, ...]:
    """First those that wait for the reader's answer, then the reader's own."""
    asked = await covers.open_covers(conn)
    proposed = await swaps.proposed(conn)
    to_answer: list[CoverView | SwapView] = [
        cover_view(catalogue, one, user) for one in asked if me in one.asked and me not in one.declined
    ]
    to_answer += [swap_view(catalogue, one, user) for one in proposed if one.second.person == me]
    own: list[CoverView | SwapView] = [cover_view(catalogue, one, user) for one in asked if one.person == me]
    own += [swap_view(catalogue, one, user) for one in proposed if one.first.person == me]
    return (*to_answer, *own)


async def _health(conn: AsyncConnection, real: datetime | None, problems: Sequence[str]) -> tuple[str, ...]:
    since = await debts.oldest(conn, real) if real is not None else None
    if since is None or real is None or real - since < STUCK_AFTER:
        return tuple(problems)
    minutes = int((real - since).total_seconds() // 60)
    return (*problems, f"Something has been owed to Slack for {minutes} minutes and is not sent yet.")


def page_line(catalogue: Catalogue, page: Page) -> PageLine:
    return PageLine(
        id=page.id,
        title=page.title,
        state=page.state,
        severity=page.severity,
        service=service_name(catalogue, page.service),
        started_at=page.started_at,
        acknowledged_by=page.acknowledged_by,
        incident=page.incident,
    )
