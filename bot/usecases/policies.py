"""Make, change and delete an escalation policy in Slack; what a file declares is changed in the file (PRODUCT §10).

Pages that run keep the policy with which they began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import permissions
from bot.core.catalogue import Catalogue
from bot.core.configuration import ConfigObject, Kind, made_in_slack
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, PolicyId, ScheduleId, TeamId, UserId, WebhookId, by_user
from bot.core.permissions import Action
from bot.core.planning import Refusal
from bot.core.policy import Policy, Target, TargetKind
from bot.core.policy_facts import PolicyChanged
from bot.core.policy_views import target_name, users_of
from bot.core.running_policy import cycle
from bot.errors import NotAllowed, Wrong
from bot.store import configuration as objects
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.configuration import load_catalogue, revise
from bot.usecases.members import require
from bot.usecases.schedules import declared_in_a_file, unreachable


@dataclass(frozen=True)
class Change:
    """A policy as somebody wants it; it passed the checks that a file's would (`bot.config.drafts`)."""

    policy: Policy
    version: str = ""
    """The `digest` of the object that they had before them; empty for a new one."""


@dataclass(frozen=True)
class Saved:
    policy: Policy
    is_new: bool


@dataclass(frozen=True)
class Outdated:
    """Somebody else changed or deleted it meanwhile; nothing was saved."""

    version: str
    """The present one; empty when it was deleted."""


async def refusals(db: Database, change: Change, by: UserId) -> tuple[Refusal, ...]:
    """All that speaks against saving it now, each at its field: name, or `targets:2` for the third level.

    Raises `NotAllowed`.
    """
    async with db.read() as conn:
        await require(conn, Action.CHANGE_POLICIES, by)
        catalogue = await load_catalogue(conn)
        require_entitled(catalogue, by)
        present = await _present(conn, change.policy.id)
        return await _refusals(conn, catalogue, present, change)


async def save(db: Database, change: Change, by: UserId) -> Saved | Outdated:
    """Save it; pages that begin from then on run it.

    Raises `Wrong` at the field that is wrong, and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.CHANGE_POLICIES, by)
        catalogue = await load_catalogue(tx.conn)
        require_entitled(catalogue, by)
        present = await _present(tx.conn, change.policy.id)
        if change.version and change.version != (present.digest if present else ""):
            return Outdated(present.digest if present else "")
        for refusal in await _refusals(tx.conn, catalogue, present, change):
            raise Wrong(refusal.sentence, refusal.field)
        await put(tx, present, change.policy, by)
        return Saved(change.policy, present is None)


async def put(tx: Tx, present: ConfigObject | None, policy: Policy, by: UserId) -> None:
    """Write it with its fact; nothing when it is as it was. Whoever calls has checked it."""
    wanted = made_in_slack(Kind.POLICY, policy.id, policy)
    if present is not None and present.digest == wanted.digest:
        return
    await objects.put(tx.conn, [wanted], tx.now)
    await _changed(tx, policy.id, present.body if present else {}, wanted.body, by)


async def delete(db: Database, policy: PolicyId, by: UserId) -> Policy | None:
    """Delete it; answers what it was, None when it is gone already.

    Raises `Wrong` when a file declares it or something pages by it, and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.CHANGE_POLICIES, by)
        catalogue = await load_catalogue(tx.conn)
        require_entitled(catalogue, by)
        present = await _present(tx.conn, policy)
        if present is None:
            return None
        if declared := declared_in_a_file(present):
            raise Wrong(declared)
        known = catalogue.policies[policy]
        if using := tuple(users_of(catalogue, policy)):
            raise Wrong(
                f"{known.name} is used by {', '.join(using)}. Name another policy there first. Nothing was deleted."
            )
        await objects.remove(tx.conn, [present])
        await _changed(tx, policy, present.body, {}, by)
        return known


def require_entitled(catalogue: Catalogue, by: UserId) -> None:
    """Raises `NotAllowed` with whom to ask."""
    refused = permissions.refused_policies(catalogue, by)
    if refused is not None:
        raise NotAllowed(refused)


async def _changed(
    tx: Tx, policy: PolicyId, before: Mapping[str, Any], after: Mapping[str, Any], by: UserId
) -> None:
    await revise(tx)
    tx.record(PolicyChanged(at=tx.now, by=by_user(by), policy=policy, before=before, after=after))


async def _present(conn: AsyncConnection, policy: PolicyId) -> ConfigObject | None:
    return next((one for one in await objects.objects(conn, Kind.POLICY) if one.key == policy), None)


async def _refusals(
    conn: AsyncConnection, catalogue: Catalogue, present: ConfigObject | None, change: Change
) -> tuple[Refusal, ...]:
    policy = change.policy
    found = [_of_name(catalogue, present, change)]
    around = cycle(policy, {**catalogue.policies, policy.id: policy})
    if around:
        found.append(Refusal("name", f"It hands off in a circle: {' → '.join(around)}. Nothing was saved."))
    for number, target in _targets(policy):
        sentence = _gone(catalogue, policy, target)
        if not sentence and target.kind is TargetKind.USER:
            sentence = await unreachable(conn, catalogue, PersonId(target.id))
        found.append(Refusal(f"targets:{number}", sentence) if sentence else None)
    return tuple(refusal for refusal in found if refusal is not None)


def _of_name(catalogue: Catalogue, present: ConfigObject | None, change: Change) -> Refusal | None:
    policy = change.policy
    if present is not None and (declared := declared_in_a_file(present)):
        return Refusal("name", declared)
    same_name = [
        one.id for one in catalogue.policies.values() if one.name.casefold() == policy.name.casefold()
    ]
    if (present is not None and not change.version) or any(one != policy.id for one in same_name):
        return Refusal("name", f"There is a policy {policy.name} already. Choose another name.")
    return None


def _gone(catalogue: Catalogue, policy: Policy, target: Target) -> str:
    """What was there when the form was filled in, and is not any more."""
    there = {
        TargetKind.SCHEDULE: ScheduleId(target.id) in catalogue.schedules,
        TargetKind.TEAM: TeamId(target.id) in catalogue.teams,
        TargetKind.WEBHOOK: WebhookId(target.id) in catalogue.webhooks,
        TargetKind.POLICY: PolicyId(target.id) in catalogue.policies or target.id == policy.id,
    }
    if there.get(target.kind, True):
        return ""
    return f"{target_name(catalogue, target)} is not there any more. Choose something else."


def _targets(policy: Policy) -> Iterator[tuple[int, Target]]:
    for number, level in enumerate(policy.levels):
        yield from ((number, target) for target in level.targets)
