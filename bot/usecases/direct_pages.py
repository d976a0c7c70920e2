"""Page people, teams, Slack user groups or services without an incident: a page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import ServiceId, TeamId, UserId, by_user
from bot.core.page import Page
from bot.core.permissions import Action
from bot.errors import Wrong
from bot.store import pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging
from bot.usecases.incident_paging import check_services, choose, chosen_policy, handles
from bot.usecases.incidents import repeated, short_enough
from bot.usecases.members import require


@dataclass(frozen=True)
class Called:
    """What came of it."""

    begun: tuple[Page, ...] = ()
    running: tuple[Page, ...] = ()
    """Open pages of the services that were named: nobody is paged twice for them."""
    unreachable: tuple[str, ...] = ()
    """A reason for each of the chosen whom nothing can reach."""


async def page(
    db: Database,
    catalogue: Catalogue,
    by: UserId,
    users: Sequence[UserId] = (),
    teams: Sequence[TeamId] = (),
    services: Sequence[ServiceId] = (),
    groups: Sequence[str] = (),
    why: str = "",
    once: str | None = None,
) -> Called:
    """Page the people, teams and Slack user groups (by id) until one acknowledges, and whoever is on call for services.

    Raises `Wrong` when nobody of the chosen can be reached, a name is not configured or Slack has not told of a group,
    and `NotAllowed`.
    """
    async with db.write() as tx:
        await require(tx.conn, Action.PAGE_PEOPLE, by)
        if await repeated(tx, once):
            return Called()
        check_services(catalogue, services)
        title = short_enough(why, "The reason") or _usual_title(catalogue, by)
        chosen = await choose(tx, catalogue, users, teams, handles(catalogue, groups))
        begun, running = [], []
        for service in services:
            known = await _running(tx, catalogue, service)
            if known is not None:
                running.append(known)
            else:
                begun.append(await _begin(tx, catalogue, service, title, by))
        if chosen.targets:
            policy = chosen_policy(catalogue, chosen)
            begun.append(
                await paging.begin(
                    tx,
                    catalogue,
                    service=None,
                    title=title,
                    severity=None,
                    by=by_user(by),
                    group=False,
                    policy=policy,
                )
            )
        return Called(tuple(begun), tuple(running), chosen.unreachable)


async def _running(tx: Tx, catalogue: Catalogue, service: ServiceId) -> Page | None:
    policy = catalogue.policy_for(service)
    if policy is None:
        return None
    group = pages.group_key(service, policy)
    return (await pages.open_for(tx.conn, [group])).get(group)


async def _begin(tx: Tx, catalogue: Catalogue, service: ServiceId, title: str, by: UserId) -> Page:
    if catalogue.policy_for(service) is None:
        raise Wrong(
            "There is no default escalation policy, so nobody can be paged. Ask an admin to run tocsin check."
        )
    return await paging.begin(tx, catalogue, service=service, title=title, severity=None, by=by_user(by))


def _usual_title(catalogue: Catalogue, by: UserId) -> str:
    listed = catalogue.person_of(by)
    return f"{listed.name if listed else 'Somebody'} asks for help"
