"""What steps of pages ask about the world at one instant; read once a transaction, and only what policies ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import conditions, roster
from bot.core.alert import Alert
from bot.core.catalogue import Catalogue
from bot.core.decision import Reached, Roster
from bot.core.frozen import dataclass
from bot.core.ids import PolicyId, UserId
from bot.core.page import Page
from bot.core.policy import Policy, Target
from bot.core.schedule import AllChanges
from bot.store import alerts, changes, pages, turns_taken
from bot.store.uow import Tx


@dataclass(frozen=True)
class _Known:
    """A policy with whom its targets lead to; holding it keeps its identity its own."""

    policy: Policy
    targets: Mapping[Target, Reached]
    wants: roster.Wants
    plain: Roster
    """For a policy that asks about nothing else."""


class Rosters:
    """Whom policies' targets lead to at one instant; each policy is resolved once."""

    def __init__(
        self, conn: AsyncConnection, catalogue: Catalogue, changed: AllChanges, now: datetime
    ) -> None:
        self._conn = conn
        self._catalogue = catalogue
        self._changed = changed
        self._now = now
        self._known: dict[int, _Known] = {}
        self._held: Mapping[UserId, int] | None = None
        self._turns: dict[tuple[PolicyId, int], int] | None = None

    async def of(self, page: Page, alert: Alert | None = None) -> Roster:
        """For a page's next step; `alert` is what it is about when that is not written yet."""
        known = self._of_policy(page.policy)
        wants = known.wants
        if not any((wants.managers, wants.conditions, wants.held, wants.turns)):
            return known.plain
        return Roster(
            known.targets,
            managers=roster.managers(self._catalogue, page.ever_paged) if wants.managers else {},
            asked=await self._asked(page, alert) if wants.conditions else {},
            held=await self._pages_held() if wants.held else {},
            turns=await self._turns_taken() if wants.turns else {},
        )

    def took(self, turns: Mapping[tuple[PolicyId, int], int]) -> None:
        """These turns are over for whoever is asked next in this transaction."""
        if turns and self._turns is not None:
            self._turns.update(turns)

    def _of_policy(self, policy: Policy) -> _Known:
        known = self._known.get(id(policy))
        if known is None:
            targets = roster.resolve(policy, self._catalogue, self._changed, self._now)
            known = _Known(policy, targets, roster.wants(policy), Roster(targets))
            self._known[id(policy)] = known
        return known

    async def _asked(self, page: Page, alert: Alert | None) -> Mapping[str, Any]:
        if alert is None and page.id:
            its_alerts = await alerts.of_page(self._conn, page.id)
            alert = min(its_alerts, key=self._worse_first, default=None)
        return conditions.facts_of(
            self._catalogue,
            service=page.service,
            severity=page.severity,
            urgency=page.urgency,
            title=page.title,
            alert=alert,
            now=self._now,
        )

    def _worse_first(self, alert: Alert) -> tuple[bool, int, int]:
        return alert.resolved_at is not None, self._catalogue.rank(alert.severity), alert.id

    async def _pages_held(self) -> Mapping[UserId, int]:
        if self._held is None:
            self._held = await pages.held(self._conn)
        return self._held

    async def _turns_taken(self) -> Mapping[tuple[PolicyId, int], int]:
        if self._turns is None:
            self._turns = await turns_taken.load(self._conn)
        return self._turns


async def rosters_at(
    conn: AsyncConnection, catalogue: Catalogue, now: datetime, *, changed_since: datetime | None = None
) -> Rosters:
    """For steps at `now`, by what is known of schedules' changes since then."""
    changed = await changes.since(conn, changed_since or now, catalogue.schedules.values())
    return Rosters(conn, catalogue, changed, now)


async def rosters_for(tx: Tx, catalogue: Catalogue) -> Rosters:
    """For steps in this transaction."""
    return await rosters_at(tx.conn, catalogue, tx.now)
