"""Outside calendars, as whoever reads them needs them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.calendar import CalendarId
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.schedule import CalendarLayer
from bot.store import calendars


@dataclass(frozen=True)
class ToRead:
    url: str
    etag: str
    time_zone: str
    """Of days and times without a zone: the person's, or the schedule's."""


async def to_read(conn: AsyncConnection, catalogue: Catalogue, number: CalendarId) -> ToRead | None:
    found = await calendars.load(conn, number)
    if found is None:
        return None
    if found.person is not None:
        listed = catalogue.people.get(found.person)
        return ToRead(found.url, found.etag, (listed.time_zone if listed else None) or "UTC")
    zones = [
        schedule.time_zone
        for schedule in catalogue.schedules.values()
        if CalendarLayer(found.url) in schedule.layers
    ]
    return ToRead(found.url, found.etag, zones[0]) if zones else None
