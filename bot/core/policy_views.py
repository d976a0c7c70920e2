"""What the screens about escalation policies show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import timedelta

from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, PolicyId, ScheduleId, SeverityId, TeamId, WebhookId
from bot.core.policy import OTHER_SEVERITY_TIMEOUT, AckBy, Assign, Level, Policy, Target, TargetKind
from bot.core.simulation import Simulated


@dataclass(frozen=True)
class LevelLine:
    """A level (1-based) in words' parts."""

    number: int
    targets: tuple[str, ...]
    timeout: timedelta | None = None
    severity_timeouts: Mapping[SeverityId, timedelta] = field(default_factory=dict)
    when: str = ""
    in_turn: bool = False
    all_must: bool = False


@dataclass(frozen=True)
class PolicyLine:
    """A policy; `file` and `line` say where it is declared, None when it was made in Slack."""

    id: PolicyId
    name: str
    levels: tuple[LevelLine, ...]
    repeat: int = 0
    last_level: int = 0
    last_every: timedelta = timedelta()
    last_policy: str = ""
    """The shown name of the one that takes over, instead of a level."""
    delay: timedelta = timedelta()
    ack_expires: timedelta | None = None
    severity_timeouts: Mapping[SeverityId, timedelta] = field(default_factory=dict)
    """The most that a level has, by severity; `other_timeout` for those that are not among them."""
    other_timeout: timedelta = OTHER_SEVERITY_TIMEOUT
    used_by: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    may_change: bool = False
    """Whether the reader may, here."""


@dataclass(frozen=True)
class PolicyEditable:
    """A policy as it is kept, for whoever would change it."""

    policy: Policy
    version: str
    """Changes with every change to it."""
    line: PolicyLine
    refusal: str = ""
    """Why the reader may not change it, in a sentence; empty when they may."""


@dataclass(frozen=True)
class PolicyPreview:
    """A policy as it would be, and whom it would page from now on if nobody answered."""

    line: PolicyLine
    chain: Simulated


def level_line(
    catalogue: Catalogue, level: Level, number: int, ack_timeout: timedelta | None = None
) -> LevelLine:
    """`ack_timeout` is the policy's, for a level without one of its own; None when it is not known."""
    return LevelLine(
        number,
        tuple(target_name(catalogue, target) for target in level.targets),
        level.ack_timeout or ack_timeout,
        level.severity_timeouts,
        level.when[0] if level.when else "",
        level.assign is Assign.ROUND_ROBIN,
        level.ack is AckBy.ALL,
    )


def target_name(catalogue: Catalogue, target: Target) -> str:
    """As people call it; what is gone by its id."""
    known: str | None = None
    match target.kind:
        case TargetKind.USER:
            person = catalogue.people.get(PersonId(target.id))
            known = person.name if person else None
        case TargetKind.SCHEDULE:
            schedule = catalogue.schedules.get(ScheduleId(target.id))
            known = schedule.name if schedule else None
        case TargetKind.TEAM:
            team = catalogue.teams.get(TeamId(target.id))
            known = f"team {team.name if team else target.id}"
        case TargetKind.WEBHOOK:
            webhook = catalogue.webhooks.get(WebhookId(target.id))
            known = f"webhook {webhook.name if webhook else target.id}"
        case TargetKind.POLICY:
            policy = catalogue.policies.get(PolicyId(target.id))
            known = f"policy {policy.name if policy else target.id}"
        case TargetKind.MANAGER:
            known = "their manager"
        case TargetKind.CHANNEL | TargetKind.USER_GROUP:
            known = target.id
    return known or target.id


def users_of(catalogue: Catalogue, policy: PolicyId) -> Iterator[str]:
    """What pages by it: "service checkout", "the default", "policy checkout-critical, level 2"."""
    if catalogue.default_policy == policy:
        yield "the default for everything else"
    yield from (f"service {one.name}" for one in catalogue.services.values() if one.policy == policy)
    for one in catalogue.policies.values():
        yield from (
            f"policy {one.name}, level {number}"
            for number, level in enumerate(one.levels, 1)
            if _hands_off(level, policy)
        )
        if one.last_resort.policy == policy:
            yield f"policy {one.name}, last resort"


def _hands_off(level: Level, policy: PolicyId) -> bool:
    return any(target.kind is TargetKind.POLICY and target.id == policy for target in level.targets)
