"""What belongs to an incident elsewhere: web addresses, and other incidents."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.core.facts import Fact, IncidentRelated, IncidentUnrelated, LinkAdded, LinkRemoved
from bot.core.ids import IncidentId, UserId, by_user
from bot.core.incident import Incident, IncidentDecision, IncidentLink, Outcome

MOST_LINKS = 20
LONGEST_ADDRESS = 1800
LONGEST_NAME = 120
_ADDRESS = re.compile(
    r"https?://(?:[^\s/?#@<>]*@)?(?:[^\s/?#@<>:.]+(?:\.[^\s/?#@<>:.]+)*|\[[0-9a-f:.]+\])"
    r"(?::\d{1,5})?(?:[/?#][^\s<>]*)?",
    re.IGNORECASE,
)


def is_address(text: str) -> bool:
    """Whether it is an address of the web that a link or a bookmark may carry."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def standing(incident: Incident) -> tuple[IncidentLink, ...]:
    """The links that were not removed, the oldest first."""
    return tuple(link for link in incident.links if not link.removed)


def add_link(incident: Incident, url: str, text: str, by: UserId, now: datetime) -> IncidentDecision:
    """One address is one link; the same one under another name is renamed. Without a text its host names it."""
    text = text or _host(url)
    if any((link.url, link.text) == (url, text) for link in standing(incident)):
        return IncidentDecision(incident, Outcome.UNCHANGED)
    kept = tuple(link for link in incident.links if (link.url, link.text) != (url, text))
    kept = tuple(replace(link, removed=True) if link.url == url else link for link in kept)
    links = (*kept, IncidentLink(url, text, by, now))
    fact = LinkAdded(at=now, by=by_user(by), incident=incident.id, url=url, text=text)
    return IncidentDecision(_with(incident, links=links), facts=(fact,))


def remove_link(incident: Incident, url: str, by: UserId, now: datetime) -> IncidentDecision:
    found = next((link for link in standing(incident) if link.url == url), None)
    if found is None:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    links = tuple(replace(link, removed=True) if link is found else link for link in incident.links)
    fact = LinkRemoved(at=now, by=by_user(by), incident=incident.id, url=url, text=found.text)
    return IncidentDecision(_with(incident, links=links), facts=(fact,))


def relate(incident: Incident, other: Incident, by: UserId, now: datetime) -> IncidentDecision:
    """This one's side of it. A public incident does not tell of a private one."""
    if other.id in incident.related or not may_name(incident, other):
        return IncidentDecision(incident, Outcome.UNCHANGED)
    fact = IncidentRelated(at=now, by=by_user(by), incident=incident.id, other=other.id)
    return IncidentDecision(_with(incident, related=(*incident.related, other.id)), facts=(fact,))


def unrelate(incident: Incident, other: IncidentId, by: UserId, now: datetime) -> IncidentDecision:
    if other not in incident.related:
        return IncidentDecision(incident, Outcome.UNCHANGED)
    related = tuple(number for number in incident.related if number != other)
    fact: Fact = IncidentUnrelated(at=now, by=by_user(by), incident=incident.id, other=other)
    return IncidentDecision(_with(incident, related=related), facts=(fact,))


def may_name(incident: Incident, other: Incident) -> bool:
    return incident.private or not other.private


def _host(url: str) -> str:
    return re.split(r"[/?#]", url.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2]


def _with(incident: Incident, **changes: object) -> Incident:
    return replace(incident, version=incident.version + 1, **changes)  # type: ignore[arg-type]
