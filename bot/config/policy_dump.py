"""A policy as it is written in a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.config.values import write_duration
from bot.core.ids import SeverityId
from bot.core.policy import AckBy, Assign, LastResort, Level, Policy, Target, TargetKind


def policy_entry(policy: Policy) -> dict[str, Any]:
    """Without its id and name; keys that say nothing are None or empty."""
    return {
        "levels": [_level(level) for level in policy.levels],
        "ack_timeout": write_duration(policy.ack_timeout),
        "severity_timeouts": _times(policy.severity_timeouts),
        "repeat": policy.repeat,
        "delay": write_duration(policy.delay) if policy.delay else None,
        "ack_expires": write_duration(policy.ack_expires) if policy.ack_expires else None,
        "last_resort": _last_resort(policy.last_resort),
    }


def _level(level: Level) -> dict[str, Any]:
    entry = {
        "targets": [_target(target) for target in level.targets],
        "ack_timeout": write_duration(level.ack_timeout) if level.ack_timeout is not None else None,
        "severity_timeouts": _times(level.severity_timeouts),
        "when": level.when[0] if level.when else None,
        "assign": level.assign.value if level.assign is not Assign.EVERYONE else None,
        "ack": level.ack.value if level.ack is not AckBy.FIRST else None,
    }
    return {key: value for key, value in entry.items() if value not in (None, {})}


def _target(target: Target) -> dict[str, Any]:
    return {target.kind.value: True if target.kind is TargetKind.MANAGER else target.id}


def _times(times: Mapping[SeverityId, timedelta]) -> dict[str, str]:
    return {str(name): write_duration(after) for name, after in times.items()}


def _last_resort(last: LastResort) -> dict[str, Any]:
    if last.policy is not None:
        return {"policy": last.policy}
    return {"level": last.level, "every": write_duration(last.every)}
