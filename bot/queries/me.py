"""Who somebody is here: their zone, schedules, shifts, open questions and time off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, UserId
from bot.core.on_call_views import MeView
from bot.queries import (
    contacts,
    handoffs,
    home,
    on_call,
    on_call_forms,
    people,
    shift_notices,
    who_is_on_call,
)
from bot.store import changes


async def me(conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime) -> MeView:
    listed = catalogue.person_of(user)
    one = listed.id if listed else PersonId(user)
    changed = await changes.since(conn, now, catalogue.schedules.values())
    return MeView(
        reader=user,
        is_listed=listed is not None,
        zone=(await people.zone_of(conn, user)).key,
        teams=tuple(team.name for team in catalogue.teams.values() if one in team.members),
        schedules=tuple(known.name for known in catalogue.schedules.values() if one in known.people),
        on_call=await who_is_on_call.person(conn, catalogue, one, user, now, now),
        questions=await home.open_questions(conn, catalogue, user, one),
        away=await on_call_forms.time_off_of(conn, one, now),
        waking=await shift_notices.waking_of(conn, user, now),
        reach=await contacts.reach(conn, catalogue, user, now),
        notes=await handoffs.of_shifts(conn, catalogue, on_call.shifts_at(catalogue, changed, one, now), now),
    )
