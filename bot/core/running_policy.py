"""The policy as a page runs it: copied when the page begins, with everything in it that it names.

A level that hands off to another policy becomes that policy's levels, in its place and under its conditions; a last
resort that hands over is followed by the other policy as a further leg. So nothing that is edited or deleted later
changes a running page (PRODUCT §3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.core.ids import PolicyId
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind

MOST_LEVELS = 60
"""Of one leg, with all that it hands off to; `check` refuses more, and a page runs the first so many."""
LAST_RESORT_EVERY = timedelta(minutes=10)

Policies = Mapping[PolicyId, Policy]


def running(policy: Policy, policies: Policies) -> Policy:
    """A policy with nothing left to look up. One that is named and not there is left out, and so is a cycle."""
    legs = [_leg(one, policies) for one in _chain(policy, policies)]
    return replace(legs[0], then=tuple(legs[1:]))


def cycle(policy: Policy, policies: Policies) -> tuple[PolicyId, ...]:
    """The hand-offs from this policy back to itself, beginning and ending with it; empty when there are none."""
    trail = [policy.id]

    def back(at: Policy) -> bool:
        for name in named(at):
            following = policies.get(name)
            if name == policy.id:
                trail.append(name)
                return True
            if following is not None and name not in trail:
                trail.append(name)
                if back(following):
                    return True
                trail.pop()
        return False

    return tuple(trail) if back(policy) else ()


def named(policy: Policy) -> Iterator[PolicyId]:
    """The policies that this one hands off to, by its levels and its last resort."""
    for level in policy.levels:
        yield from (PolicyId(target.id) for target in level.targets if target.kind is TargetKind.POLICY)
    if policy.last_resort.policy is not None:
        yield policy.last_resort.policy


def level_count(policy: Policy, policies: Policies) -> int:
    """How many levels the policy has with all that it hands off to; without those of its last resort."""
    return len(_levels(policy, policies, (policy.id,)))


def _chain(policy: Policy, policies: Policies) -> Iterator[Policy]:
    """The policy, and those that one last resort after the other hands over to."""
    seen = {policy.id}
    while True:
        yield policy
        following = policies.get(policy.last_resort.policy) if policy.last_resort.policy else None
        if following is None or following.id in seen:
            return
        seen.add(following.id)
        policy = following


def _leg(policy: Policy, policies: Policies) -> Policy:
    levels, last_resort = _levels(policy, policies, (policy.id,))[:MOST_LEVELS], policy.last_resort
    if last_resort.policy is not None or not last_resort.level:
        last_resort = LastResort(len(levels), LAST_RESORT_EVERY)
    else:
        own = (n for n, one in enumerate(levels, 1) if one.origin is None and one.place >= last_resort.level)
        last_resort = replace(last_resort, level=next(own, len(levels)))
    return replace(policy, levels=levels, last_resort=last_resort, then=())


def _levels(policy: Policy, policies: Policies, trail: tuple[PolicyId, ...]) -> tuple[Level, ...]:
    found: list[Level] = []
    for place, level in enumerate(policy.levels, 1):
        found.extend(_inlined(replace(level, place=place), policies, trail))
    return tuple(found)


def _inlined(level: Level, policies: Policies, trail: tuple[PolicyId, ...]) -> Iterator[Level]:
    """The level; where it hands off, the other policy's levels, the first of which its own targets join."""
    own = tuple(target for target in level.targets if target.kind is not TargetKind.POLICY)
    names = [PolicyId(target.id) for target in level.targets if target.kind is TargetKind.POLICY]
    others = [policies[name] for name in names if name in policies and name not in trail]
    handed = [one for other in others for one in _of_other(other, level, policies, trail)]
    if not handed:
        yield replace(level, targets=own or level.targets)
        return
    yield replace(handed[0], targets=_joined(own, handed[0].targets))
    yield from handed[1:]


def _of_other(
    policy: Policy, level: Level, policies: Policies, trail: tuple[PolicyId, ...]
) -> Iterator[Level]:
    """With the times of its own policy, and under the conditions of the level that hands off to it."""
    for one in _levels(policy, policies, (*trail, policy.id)):
        own = one.origin is None
        yield replace(
            one,
            when=(*level.when, *one.when),
            origin=one.origin or policy.id,
            ack_timeout=(one.ack_timeout or policy.ack_timeout) if own else one.ack_timeout,
            severity_timeouts={**policy.severity_timeouts, **one.severity_timeouts}
            if own
            else one.severity_timeouts,
        )


def _joined(*targets: tuple[Target, ...]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(target for some in targets for target in some))
