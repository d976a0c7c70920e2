"""A live drill: marked test pages go through a whole chain, to those of its people who agreed, each at their time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import DrillId, PageId, PersonId, PolicyId, UserId
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind
from bot.core.simulation import Simulated

DRILL = PolicyId("drill")
"""The policy of a drill's pages; it is configured nowhere."""
LASTS = timedelta(minutes=15)
"""After the last person's page began."""
LOOK_EVERY = timedelta(seconds=30)
"""Whether everybody has acknowledged already."""
ASKED_FOR = timedelta(hours=24)
"""An unanswered drill is called off then."""
_NOT_BY_ITSELF = timedelta(hours=24)


class DrillState(StrEnum):
    ASKING = "asking"
    RUNNING = "running"
    DONE = "done"
    CALLED_OFF = "called_off"


@dataclass(frozen=True)
class Place:
    """Where somebody first stands in the chain, and how long after its beginning they would be paged."""

    user: UserId
    name: str
    level: int
    after: timedelta


@dataclass(frozen=True)
class Drill:
    id: DrillId
    what: str
    """The service's name, or the policy's."""
    severity: str
    by: UserId
    made_at: datetime
    places: tuple[Place, ...]
    state: DrillState = DrillState.ASKING
    agreed: tuple[UserId, ...] = ()
    declined: tuple[UserId, ...] = ()
    pages: Mapping[UserId, PageId] = field(default_factory=dict)
    started_at: datetime | None = None
    ends_at: datetime | None = None
    due_at: datetime | None = None
    """When it is looked at next."""

    @property
    def taking_part(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.user in self.agreed)

    @property
    def unanswered(self) -> tuple[Place, ...]:
        answered = {*self.agreed, *self.declined}
        return tuple(place for place in self.places if place.user not in answered)


@dataclass(frozen=True)
class DrillLine:
    """One person; `after` is how long they took from their first message, None when they never did."""

    place: Place
    page: PageId | None
    after: timedelta | None
    failed: tuple[tuple[str, str], ...] = ()
    """The methods that failed, by name, and why."""
    worked: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrillView:
    drill: Drill
    lines: tuple[DrillLine, ...]
    """Those who take part."""


def places_of(simulated: Simulated) -> tuple[Place, ...]:
    """Everybody whom the chain reaches, each at their first time."""
    found: dict[UserId, Place] = {}
    for step in simulated.steps:
        for one in step.called:
            if one.user is not None:
                after = step.at - simulated.started_at
                found.setdefault(one.user, Place(one.user, one.name, step.level, after))
    return tuple(found.values())


def policy_of(catalogue: Catalogue, place: Place) -> Policy:
    """One person at their time; it pages them once, by all of their methods, and goes on to nobody."""
    listed = catalogue.person_of(place.user)
    target = Target(TargetKind.USER, listed.id if listed else PersonId(place.user))
    level = Level((target,), _NOT_BY_ITSELF)
    last_resort = LastResort(1, _NOT_BY_ITSELF)
    return Policy(DRILL, "drill", (level,), last_resort, ack_timeout=_NOT_BY_ITSELF, delay=place.after)


def ends_at(drill: Drill, now: datetime) -> datetime:
    return now + max((place.after for place in drill.taking_part), default=timedelta()) + LASTS
