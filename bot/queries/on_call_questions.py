"""A cover or a swap as one person sees it in their DM."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.cover import Cover
from bot.core.ids import CoverId, PersonId, ScheduleId, SwapId, UserId
from bot.core.swap import Part, Swap
from bot.core.views import CoverView, OnCallPerson, PartView, SwapView
from bot.store import covers, swaps


async def question(
    conn: AsyncConnection, catalogue: Catalogue, subject: str, reader: UserId
) -> CoverView | SwapView | None:
    """`subject` as the stores name it: `cover:7`, `swap:3`; None when there is no such thing."""
    kind, _, number = subject.partition(":")
    if kind == "cover":
        cover = await covers.load(conn, CoverId(int(number)))
        return cover_view(catalogue, cover, reader) if cover else None
    swap = await swaps.load(conn, SwapId(int(number)))
    return swap_view(catalogue, swap, reader) if swap else None


def cover_view(catalogue: Catalogue, cover: Cover, reader: UserId) -> CoverView:
    return CoverView(
        id=cover.id,
        reader=reader,
        schedule=_schedule(catalogue, cover.schedule),
        person=_person(catalogue, cover.person),
        starts_at=cover.starts_at,
        ends_at=cover.ends_at,
        reason=cover.reason,
        asked=_people(catalogue, cover.asked),
        declined=_people(catalogue, cover.declined),
        state=cover.state,
        accepted_by=_person(catalogue, cover.accepted_by) if cover.accepted_by else None,
        version=cover.version,
    )


def swap_view(catalogue: Catalogue, swap: Swap, reader: UserId) -> SwapView:
    return SwapView(
        id=swap.id,
        reader=reader,
        first=_part(catalogue, swap.first),
        second=_part(catalogue, swap.second),
        reason=swap.reason,
        state=swap.state,
        version=swap.version,
    )


def _part(catalogue: Catalogue, part: Part) -> PartView:
    return PartView(
        schedule=_schedule(catalogue, part.schedule),
        person=_person(catalogue, part.person),
        starts_at=part.starts_at,
        ends_at=part.ends_at,
    )


def _people(catalogue: Catalogue, people: Iterable[PersonId]) -> tuple[OnCallPerson, ...]:
    return tuple(_person(catalogue, person) for person in people)


def _person(catalogue: Catalogue, person: PersonId) -> OnCallPerson:
    listed = catalogue.people.get(person)
    return OnCallPerson(listed.name if listed else person, catalogue.user_id(person))


def _schedule(catalogue: Catalogue, schedule: ScheduleId) -> str:
    known = catalogue.schedules.get(schedule)
    return known.name if known else schedule
