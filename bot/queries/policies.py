"""Escalation policies for whoever looks after them: all of them, one of them, and a preview of a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.configuration import ConfigObject, Kind, Owner
from bot.core.ids import PolicyId, UserId
from bot.core.permissions import refused_policies
from bot.core.policy import DEFAULT_SEVERITY_TIMEOUTS, Policy
from bot.core.policy_views import PolicyEditable, PolicyLine, PolicyPreview, level_line, users_of
from bot.core.simulation import simulate
from bot.queries.simulation import world
from bot.store import configuration


async def listed(conn: AsyncConnection, catalogue: Catalogue, user: UserId) -> tuple[PolicyLine, ...]:
    """Every policy, by name."""
    kept = {one.key: one for one in await configuration.objects(conn, Kind.POLICY)}
    found = [line(catalogue, one, kept.get(one.id), user) for one in catalogue.policies.values()]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


async def editable(
    conn: AsyncConnection, catalogue: Catalogue, policy: PolicyId, user: UserId
) -> PolicyEditable | None:
    """One policy as it is kept; None when there is none of this id."""
    kept = {one.key: one for one in await configuration.objects(conn, Kind.POLICY)}
    one = kept.get(policy)
    if one is None:
        return None
    content = one.content()
    assert isinstance(content, Policy)
    return PolicyEditable(
        content, one.digest, line(catalogue, content, one, user), _refusal(catalogue, one, user)
    )


async def preview(
    conn: AsyncConnection, catalogue: Catalogue, wanted: Policy, now: datetime
) -> PolicyPreview:
    """Whom a page of the worst severity would reach if it began now and nobody answered."""
    would_be = replace(catalogue, policies={**catalogue.policies, wanted.id: wanted})
    worst = next(iter(would_be.ranked_severities()), None)
    chain = simulate(
        await world(conn, would_be, now),
        would_be.running_policies[wanted.id],
        now,
        severity=worst.id if worst else None,
    )
    return PolicyPreview(line(would_be, wanted, None, None), chain)


def line(catalogue: Catalogue, policy: Policy, kept: ConfigObject | None, user: UserId | None) -> PolicyLine:
    """`kept` is the object as it is stored; None for one that is not."""
    following = catalogue.policies.get(policy.last_resort.policy) if policy.last_resort.policy else None
    return PolicyLine(
        id=policy.id,
        name=policy.name,
        levels=tuple(
            level_line(catalogue, level, number, policy.ack_timeout)
            for number, level in enumerate(policy.levels, 1)
        ),
        repeat=policy.repeat,
        last_level=policy.last_resort.level,
        last_every=policy.last_resort.every,
        last_policy=following.name if following else policy.last_resort.policy or "",
        delay=policy.delay,
        severity_timeouts={
            name: after
            for name, after in {**DEFAULT_SEVERITY_TIMEOUTS, **policy.severity_timeouts}.items()
            if name in catalogue.severities
        },
        ack_expires=policy.ack_expires,
        used_by=tuple(users_of(catalogue, policy.id)),
        file=kept.file if kept else None,
        line=kept.line if kept else None,
        may_change=kept is not None and user is not None and not _refusal(catalogue, kept, user),
    )


def _refusal(catalogue: Catalogue, kept: ConfigObject, user: UserId) -> str:
    if kept.owner is Owner.FILE:
        return f"It is declared in {kept.file}, line {kept.line}. Change it there."
    return refused_policies(catalogue, user) or ""
