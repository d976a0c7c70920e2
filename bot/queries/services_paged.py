"""Which services page through a schedule."""

from __future__ import annotations

from bot.core.catalogue import Catalogue
from bot.core.ids import PolicyId, ScheduleId, ServiceId
from bot.core.policy import TargetKind


def policies_naming(catalogue: Catalogue, schedule: ScheduleId) -> frozenset[PolicyId]:
    """Those that have the schedule among their targets."""
    return frozenset(
        policy.id
        for policy in catalogue.policies.values()
        for level in policy.levels
        for target in level.targets
        if target.kind is TargetKind.SCHEDULE and target.id == schedule
    )


def services_paged(catalogue: Catalogue, schedule: ScheduleId) -> frozenset[ServiceId]:
    """Those whose policy, or else the default one, has the schedule among its targets."""
    policies = policies_naming(catalogue, schedule)
    followed = ((service, catalogue.policy_for(service)) for service in catalogue.services)
    return frozenset(service for service, policy in followed if policy is not None and policy.id in policies)
