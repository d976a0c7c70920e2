"""Policies of the files become the policies that pages run."""

from __future__ import annotations

from bot.config.policy_entries import LastResortEntry, LevelEntry, PolicyEntry, TargetEntry
from bot.core.ids import PolicyId, SeverityId
from bot.core.policy import (
    OTHER_SEVERITY_TIMEOUT,
    AckBy,
    Assign,
    LastResort,
    Level,
    Policy,
    Target,
    TargetKind,
)
from bot.core.running_policy import LAST_RESORT_EVERY


def policy_of(entry: PolicyEntry) -> Policy:
    """A checked entry as the engine knows it."""
    return Policy(
        id=PolicyId(entry.id),
        name=entry.name or entry.id,
        levels=tuple(level_of(level) for level in entry.levels),
        last_resort=_last_resort(entry.last_resort, len(entry.levels)),
        ack_timeout=entry.ack_timeout or OTHER_SEVERITY_TIMEOUT,
        severity_timeouts={SeverityId(name): time for name, time in entry.severity_timeouts.items()},
        repeat=entry.repeat,
        delay=entry.delay,
        ack_expires=entry.ack_expires,
    )


def _last_resort(entry: LastResortEntry | None, levels: int) -> LastResort:
    """When a policy does not say: the last level, every ten minutes."""
    if entry is None:
        return LastResort(levels, LAST_RESORT_EVERY)
    if entry.policy is not None:
        return LastResort(policy=PolicyId(entry.policy))
    return LastResort(entry.level or levels, entry.every or LAST_RESORT_EVERY)


def level_of(entry: LevelEntry) -> Level:
    return Level(
        tuple(dict.fromkeys(_target(target) for target in entry.targets)),
        entry.ack_timeout,
        {SeverityId(name): time for name, time in entry.severity_timeouts.items()},
        (entry.when,) if entry.when else (),
        Assign(entry.assign),
        AckBy(entry.ack),
    )


def _target(entry: TargetEntry) -> Target:
    kind = TargetKind(next(iter(entry.model_fields_set)))
    return Target(kind, "" if kind is TargetKind.MANAGER else getattr(entry, kind))
