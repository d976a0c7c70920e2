"""Slack's user groups: read whole, and set to whoever is on call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, DebtKind, Failed, Outcome, Sent, Withdrawn
from bot.core.ids import UserId
from bot.core.user_group import SlackGroup, Told
from bot.engine.senders import Sender
from bot.queries import user_groups as queries
from bot.queries.user_groups import Due
from bot.slack.gateway import Gateway, Refused
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import user_groups

log = structlog.get_logger(__name__)

LONGEST_DESCRIPTION = 140
"""Slack's form takes no more."""


def user_group_senders(
    db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
) -> dict[DebtKind, Sender]:
    return {
        DebtKind.USER_GROUP: UserGroupSender(db, gateway, catalogue, clock),
        DebtKind.USER_GROUPS: ListSender(gateway, catalogue),
    }


class ListSender:
    """Reads all user groups and who is in them."""

    def __init__(self, gateway: Gateway, catalogue: Callable[[], Catalogue]) -> None:
        self._gateway = gateway
        self._catalogue = catalogue

    async def send(self, debt: Debt) -> Outcome:
        try:
            return Sent({"groups": await listed(self._gateway)})
        except Refused as problem:
            return Failed(problem.error)

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent(remote):
                await user_groups.told(tx, self._catalogue(), remote["groups"])
            case Failed(reason):
                log.info("Slack does not let the user groups be read", reason=reason)
                await user_groups.cannot_read(tx, self._catalogue(), reason)


class UserGroupSender:
    """Puts whoever is on call into one group; makes the group when Slack has none."""

    def __init__(
        self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        handle = str(debt.payload["handle"])
        async with self._db.read() as conn:
            due = await queries.due(conn, self._catalogue(), handle, self._clock.now())
        if due is None:
            return Withdrawn("it is as it should be")
        try:
            group = due.known.id if due.known else await self._find_or_make(due)
            answer = await self._gateway.call(
                "usergroups.users.update", usergroup=group, users=",".join(due.members)
            )
        except Refused as problem:
            return Failed(problem.error)
        return Sent({"told": told({"users": list(due.members), **answer["usergroup"]})})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent(remote):
                await user_groups.was_set(tx, remote["told"])
            case Failed(reason):
                handle = str(debt.payload["handle"])
                log.info("Slack refuses a change to a user group", group=handle, reason=reason)
                await user_groups.cannot_set(tx, self._catalogue(), handle, reason)

    async def _find_or_make(self, due: Due) -> str:
        """Slack may not have told of it yet, or have made it and its answer was lost."""
        handle = due.group.handle
        found = [one.group.id for one in await listed(self._gateway) if one.group.handle == handle]
        if found:
            return found[0]
        name = handle.removeprefix("@")
        schedules = ", ".join(schedule.name for schedule in due.group.schedules)
        description = f"On call now for {schedules}. Kept up by Tocsin."
        if len(description) > LONGEST_DESCRIPTION:
            description = "On call now. Kept up by Tocsin."
        answer = await self._gateway.call(
            "usergroups.create", name=name, handle=name, description=description
        )
        return str(answer["usergroup"]["id"])


async def listed(gateway: Gateway) -> tuple[Told, ...]:
    """All user groups, disabled ones too; Slack gives them on one page. Raises as `Gateway.call` does."""
    answer = await gateway.call("usergroups.list", include_users=True, include_disabled=True)
    return tuple(told(group) for group in answer.get("usergroups", ()))


def told(group: Mapping[str, Any]) -> Told:
    """A user group object of Slack's (docs.slack.dev, usergroup object)."""
    known = SlackGroup(
        id=group["id"],
        handle=f"@{group.get('handle') or ''}",
        name=group.get("name") or "",
        members=tuple(UserId(user) for user in group.get("users") or ()),
        disabled=bool(group.get("date_delete")),
    )
    changed_at = datetime.fromtimestamp(int(group.get("date_update") or 0), UTC)
    return Told(known, UserId(group.get("updated_by") or ""), changed_at)
