"""Two incidents that are one: what may be merged, what becomes of both, and which fact came from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.core.facts import Fact, IncidentAbsorbed, IncidentMerged
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, PageId, UserId, by_user, incident_label
from bot.core.incident import Incident, IncidentDecision, IncidentLink, IncidentStatus, members
from bot.core.linking import standing


class Refusal(StrEnum):
    """Why two incidents are not merged."""

    ITSELF = "itself"
    ALREADY = "already"
    """It is in that one already: nothing is left to do."""
    MERGED = "merged"
    """It is in another one."""
    OVER = "over"
    SURVIVOR_OVER = "survivor_over"
    SURVIVOR_MERGED = "survivor_merged"
    """Also what would make a circle: the survivor was merged into this one."""
    PRIVATE = "private"
    """Its facts are its members' alone, and the other one is for all to see."""


@dataclass(frozen=True)
class MergeDecision:
    merged: IncidentDecision
    survivor: IncidentDecision


def refusal(merged: Incident, survivor: Incident) -> Refusal | None:
    """Why `merged` cannot end in `survivor`; None when it can. Only open ones can, so no circle can come of it."""
    if merged.id == survivor.id:
        return Refusal.ITSELF
    if merged.merged_into is not None:
        return Refusal.ALREADY if merged.merged_into == survivor.id else Refusal.MERGED
    if survivor.merged_into is not None:
        return Refusal.SURVIVOR_MERGED
    if not merged.is_open:
        return Refusal.OVER
    if not survivor.is_open:
        return Refusal.SURVIVOR_OVER
    return Refusal.PRIVATE if merged.private and not survivor.private else None


def why_not(refusal: Refusal, merged: Incident, survivor: Incident) -> str:
    """The sentence for whoever wanted it."""
    one, two = incident_label(merged.id), incident_label(survivor.id)
    match refusal:
        case Refusal.ITSELF:
            return f"{one} cannot be merged into itself. Name the incident that goes on."
        case Refusal.ALREADY:
            return f"{one} is merged into {two} already."
        case Refusal.MERGED:
            return f"{one} is merged into another incident already, so nothing was changed."
        case Refusal.SURVIVOR_MERGED:
            return f"{two} is merged into another incident itself, so nothing was changed. Name that one."
        case Refusal.OVER:
            return f"{one} is {merged.status}, so there is nothing to merge. Link the two instead."
        case Refusal.SURVIVOR_OVER:
            return f"{two} is {survivor.status}, so nothing can be merged into it. Reopen it first."
        case Refusal.PRIVATE:
            return (
                f"{one} is private and {two} is not: what only the members of {one} may see would be there for all. "
                f"Nothing was changed; merge {two} into {one} instead."
            )


def merge(
    merged: Incident, survivor: Incident, pages: tuple[PageId, ...], by: UserId, now: datetime
) -> MergeDecision:
    """Both sides of it; `pages` are those that move. Nobody is invited from a public incident into a private one."""
    left = IncidentMerged(at=now, by=by_user(by), incident=merged.id, into=survivor.id, pages=pages)
    came = IncidentAbsorbed(
        at=now, by=by_user(by), incident=survivor.id, merged=merged.id, title=merged.title, pages=pages
    )
    over = replace(
        merged,
        status=IncidentStatus.MERGED,
        merged_into=survivor.id,
        resolved_at=now,
        resolved_by=by,
        next_update_at=None,
        version=merged.version + 1,
    )
    richer = replace(
        survivor,
        invited=tuple(dict.fromkeys((*survivor.invited, *coming(merged, survivor)))),
        links=_links(merged, survivor),
        related=_related(merged, survivor),
        version=survivor.version + 1,
    )
    return MergeDecision(IncidentDecision(over, facts=(left,)), IncidentDecision(richer, facts=(came,)))


def coming(merged: Incident, survivor: Incident) -> tuple[UserId, ...]:
    """Who is invited with it: everybody of it who is not there, unless the survivor is private and it is not."""
    if survivor.private and not merged.private:
        return ()
    there = frozenset(members(survivor))
    return tuple(user for user in members(merged) if user not in there)


def origins(facts: Sequence[Fact], incident: IncidentId) -> tuple[IncidentId | None, ...]:
    """Of each fact of `incident`'s timeline, the merged incident that it comes from; None for its own.

    `facts` are in order. A page's facts are the merged one's until the page moved.
    """
    moves = [(at, fact) for at, fact in enumerate(facts) if isinstance(fact, IncidentAbsorbed)]

    def origin(at: int, fact: Fact) -> IncidentId | None:
        if fact.incident is not None:
            return None if fact.incident == incident else fact.incident
        moved = (move.merged for when, move in moves if when > at and fact.page in move.pages)
        return next(moved, None)

    return tuple(origin(at, fact) for at, fact in enumerate(facts))


def _links(merged: Incident, survivor: Incident) -> tuple[IncidentLink, ...]:
    there = {link.url for link in standing(survivor)}
    return (*survivor.links, *(link for link in standing(merged) if link.url not in there))


def _related(merged: Incident, survivor: Incident) -> tuple[IncidentId, ...]:
    both = (merged.id, survivor.id)
    return tuple(
        number for number in dict.fromkeys((*survivor.related, *merged.related)) if number not in both
    )
