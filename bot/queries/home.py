"""The App Home of one person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.ids import UserId
from bot.core.incident import may_see
from bot.core.page import Page
from bot.core.views import HomeView, PageLine
from bot.queries.catalogue import service_name
from bot.queries.incidents import has_part, line
from bot.queries.on_call import on_call
from bot.store import incidents, pages


async def home(conn: AsyncConnection, catalogue: Catalogue, user: UserId, now: datetime) -> HomeView:
    """What is on `user` now; one query for the pages, one for the incidents, one for the overrides."""
    mine = await pages.involving(conn, user)
    visible = [incident for incident in await incidents.open_incidents(conn) if may_see(incident, user)]
    called = frozenset(page.incident for page in mine if page.incident is not None)
    return HomeView(
        reader=user,
        on_call=await on_call(conn, catalogue, user, now),
        pages=tuple(page_line(catalogue, page) for page in mine),
        incidents=tuple(line(catalogue, incident) for incident in visible),
        mine=tuple(incident.id for incident in visible if has_part(incident, user, called)),
    )


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
