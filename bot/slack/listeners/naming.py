"""What somebody means by a word: which incident, which team, service or person."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.core.catalogue import Catalogue
from bot.core.ids import IncidentId, ServiceId, TeamId, UserId
from bot.core.incident import not_there
from bot.core.views import IncidentLine, IncidentView
from bot.errors import Wrong
from bot.queries import incidents
from bot.slack.listeners.asking import Asked, Desk


@dataclass
class Named:
    """What words lead to, in order and without doubles."""

    users: list[UserId] = field(default_factory=list)
    teams: list[TeamId] = field(default_factory=list)
    services: list[ServiceId] = field(default_factory=list)


async def the_incident(desk: Desk, asked: Asked, number: IncidentId | None = None) -> IncidentView | None:
    """The named incident, else that of the channel; None when neither is said.

    Raises `Wrong` for one that is not there; a private one is not there for others.
    """
    async with desk.db.read() as conn:
        found = await incidents.find(conn, number, asked.channel, asked.user)
        return await incidents.card(conn, desk.catalogue(), found.id) if found else None


async def certainly(desk: Desk, asked: Asked, number: IncidentId) -> IncidentView:
    """The incident of a button or form. Raises `Wrong` when it is not there for this person."""
    view = await the_incident(desk, asked, number)
    if view is None:
        raise Wrong(not_there(number))
    return view


async def open_lines(desk: Desk, asked: Asked) -> tuple[IncidentLine, ...]:
    async with desk.db.read() as conn:
        return await incidents.lines(conn, desk.catalogue(), asked.user)


def named(catalogue: Catalogue, words: Sequence[str]) -> Named:
    """Teams, services and people by id, name or handle. Raises `Wrong` for a word that names nothing."""
    found = Named()
    teams = _index((team.id, team.name, team.id) for team in catalogue.teams.values())
    services = _index((known.id, known.name, known.id) for known in catalogue.services.values())
    people = _index((p.user_id, p.name, p.id, p.slack) for p in catalogue.people.values() if p.user_id)
    for word in words:
        key = word.lstrip("@#").casefold()
        if key in teams:
            found.teams.append(TeamId(teams[key]))
        elif key in services:
            found.services.append(ServiceId(services[key]))
        elif key in people:
            found.users.append(UserId(people[key]))
        else:
            raise Wrong(_nothing_named(word, (*teams, *services, *people)))
    return found


def _index(entries: Iterable[tuple[str | None, ...]]) -> dict[str, str]:
    """Every way to write something, to what it is; the first element is what it is."""
    return {
        name.lstrip("@").casefold(): target
        for target, *names in entries
        for name in names
        if target is not None and name
    }


def _nothing_named(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word.casefold(), list(known), n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"I know no person, team or service called {word}.{meant} Nothing was done."
