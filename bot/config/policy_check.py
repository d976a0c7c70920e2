"""What is wrong between escalation policies that are right one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.mistake import Mistake
from bot.config.policy_entries import PolicyEntry
from bot.config.policy_objects import policy_of
from bot.core import running_policy
from bot.core.ids import PolicyId
from bot.core.policy import Policy


def policies_of(entries: Mapping[str, PolicyEntry]) -> dict[PolicyId, Policy]:
    return {PolicyId(name): policy_of(entry) for name, entry in entries.items()}


def policy_mistakes(entry: PolicyEntry, policies: Mapping[PolicyId, Policy]) -> Iterator[Mistake]:
    """What is wrong with one policy beside the others, itself among them; `at` is a place within its entry."""
    yield from _last_resort(entry)
    policy = policy_of(entry)
    around = running_policy.cycle(policy, policies)
    if around:
        names = " → ".join(around)
        at = _place_of(entry, around[1])
        yield Mistake(
            at, f"it hands off in a circle: {names}", "Hand off to a policy that does not lead back."
        )
    elif (count := running_policy.level_count(policy, policies)) > running_policy.MOST_LEVELS:
        message = f"with all that it hands off to it has {count} levels, and {running_policy.MOST_LEVELS} are allowed"
        yield Mistake(("levels",), message, "Hand off to fewer or shorter policies.")


def _last_resort(entry: PolicyEntry) -> Iterator[Mistake]:
    last, count = entry.last_resort, len(entry.levels)
    if last is not None and last.level is not None and last.level > count:
        message = f"there is no level {last.level}; the policy has {count}"
        yield Mistake(("last_resort", "level"), message, f"Name a level from 1 to {count}.")


def _place_of(entry: PolicyEntry, policy: PolicyId) -> tuple[str | int, ...]:
    """Where the entry hands off to this policy."""
    for number, level in enumerate(entry.levels):
        for place, target in enumerate(level.targets):
            if target.policy == policy:
                return "levels", number, "targets", place, "policy"
    return "last_resort", "policy"
