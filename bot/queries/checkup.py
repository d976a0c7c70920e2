"""What `tocsin doctor` looks at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.checkup import ALERTS_OF, Company, RunningPage
from bot.store import alerts, changes, contacts, pages, provider_health


async def company(conn: AsyncConnection, catalogue: Catalogue, now: datetime, *, public_url: bool) -> Company:
    users = {person.user_id for person in catalogue.people.values() if person.user_id}
    troubles = await provider_health.every(conn)
    return Company(
        catalogue,
        await changes.since(conn, now, catalogue.schedules.values()),
        now,
        await contacts.of_users(conn, users),
        tuple(troubles.values()),
        tuple(RunningPage(page.id, page.policy, page.ever_paged) for page in await pages.open_pages(conn)),
        await alerts.count_by_service(conn, now - ALERTS_OF),
        public_url,
    )
