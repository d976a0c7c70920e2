"""What a notice about on-call tells of, as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId, ScheduleId, UserId
from bot.core.views import CalendarProblem, CoverView, OnCallChange, OnCallPerson, SwapView
from bot.queries.on_call_questions import question


async def told(
    conn: AsyncConnection, catalogue: Catalogue, data: Mapping[str, Any]
) -> OnCallChange | CoverView | SwapView | CalendarProblem | None:
    """`data` as `usecases.schedule_changes.tell` owed it; None when what it tells of is gone."""
    reader = UserId(data["to"])
    for kind in ("cover", "swap"):
        if kind in data:
            return await question(conn, catalogue, f"{kind}:{data[kind]}", reader)
    known = catalogue.schedules.get(ScheduleId(data["schedule"]))
    schedule = known.name if known else data["schedule"]
    if "problem" in data:
        return CalendarProblem(schedule, data["problem"])
    return OnCallChange(
        reader=reader,
        schedule=schedule,
        person=_person(catalogue, data["person"]),
        instead=_people(catalogue, data.get("instead", ())),
        starts_at=datetime.fromisoformat(data["starts_at"]),
        ends_at=datetime.fromisoformat(data["ends_at"]),
        reason=data.get("reason", ""),
        by=UserId(data["by"]) if data.get("by") else None,
    )


def _people(catalogue: Catalogue, people: Sequence[str]) -> tuple[OnCallPerson, ...]:
    return tuple(_person(catalogue, person) for person in people)


def _person(catalogue: Catalogue, person: str) -> OnCallPerson:
    listed = catalogue.people.get(PersonId(person))
    return OnCallPerson(listed.name if listed else person, catalogue.user_id(PersonId(person)))
