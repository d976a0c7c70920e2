"""What a simulation takes to be so: the company, who is on call, and how its people are reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.ids import ServiceId, SeverityId
from bot.core.simulation import Simulated, World, simulate
from bot.errors import Wrong
from bot.store import changes, contacts, pages, quiets, turns_taken


async def world(conn: AsyncConnection, catalogue: Catalogue, since: datetime) -> World:
    """For simulations that begin at `since` or later."""
    everybody = {person.user_id for person in catalogue.people.values() if person.user_id}
    methods = await contacts.of_users(conn, everybody)
    return World(
        catalogue,
        await changes.since(conn, since, catalogue.schedules.values()),
        methods,
        await contacts.wishes_of(conn, methods.keys()),
        await quiets.of_users(conn, everybody),
        await pages.held(conn),
        await turns_taken.load(conn),
    )


async def simulated(
    conn: AsyncConnection,
    catalogue: Catalogue,
    begins_at: datetime,
    *,
    service: ServiceId | None,
    severity: SeverityId | None,
    acknowledged_at_level: int | None = None,
) -> Simulated:
    """A page of the service that begins then. Raises `Wrong` for unknown names, and without a policy to run."""
    found = catalogue.service_by_word.get(service.casefold()) if service else None
    if service and found is None:
        raise Wrong(f"There is no service {service}. Nothing was simulated.")
    known = {one.casefold(): one for one in catalogue.severities}
    if severity and severity.casefold() not in known:
        raise Wrong(f"There is no severity {severity}. There are {', '.join(catalogue.severities)}.")
    policy = catalogue.policy_for(found)
    if policy is None:
        raise Wrong(
            "There is no default escalation policy, so nobody would be paged. Ask an admin to run tocsin check."
        )
    return simulate(
        await world(conn, catalogue, begins_at),
        policy,
        begins_at,
        service=found,
        severity=known[severity.casefold()] if severity else None,
        acknowledged_at_level=acknowledged_at_level,
    )
