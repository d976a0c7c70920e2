"""A page: one run of an escalation policy, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.contact import Urgency
from bot.core.frozen import dataclass
from bot.core.ids import Actor, IncidentId, PageId, ServiceId, SeverityId, UserId
from bot.core.policy import Level, Policy


class PageState(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


OPEN_STATES = (PageState.TRIGGERED, PageState.ACKNOWLEDGED, PageState.SNOOZED)


@dataclass(frozen=True)
class Page:
    """Where a run stands. A triggered or snoozed page always has `due_at`; the database refuses anything else."""

    id: PageId
    service: ServiceId | None
    policy: Policy
    """As it was when the page began: editing or deleting a policy never breaks a running page."""
    title: str
    severity: SeverityId | None
    state: PageState
    started_at: datetime
    due_at: datetime | None
    """When the next step is due, in product time."""
    generation: int = 0
    """The fence: what is owed for an older generation is not sent any more."""
    step: int = 0
    """Counts recorded steps; (page, generation, step) is unique."""
    level: int = 0
    """1-based; 0 before the first."""
    round: int = 1
    """1-based pass through the levels."""
    last_resort: bool = False
    step_at: datetime | None = None
    """When the present step was recorded."""
    paged: tuple[UserId, ...] = ()
    """Whom the present step pages; channels are not among them."""
    declined: tuple[UserId, ...] = ()
    failed: tuple[UserId, ...] = ()
    """Of the present step: those whom nothing can reach."""
    reached: bool = False
    """Whether this pass has paged anybody who could be reached."""
    ever_paged: tuple[UserId, ...] = ()
    """Everybody paged so far, in order, without doubles."""
    acknowledged_by: UserId | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_by: Actor | None = None
    resolved_at: datetime | None = None
    incident: IncidentId | None = None
    urgency: Urgency = Urgency.HIGH
    """How hard it wakes people."""
    urgent_at: datetime | None = None
    """When a low urgency becomes high; while it is triggered, `due_at` is not later."""
    leg: int = 0
    """How often a last resort has handed it over: 0 is its own policy, then those of `policy.then`."""
    agreed: tuple[UserId, ...] = ()
    """Of the present step, where all must acknowledge: those who did."""
    accepted: tuple[UserId, ...] = ()
    """Responders added by hand who said that they come."""
    version: int = 1
    """Grows with every change: a message that shows an older one is edited."""

    @classmethod
    def of(cls, values: Iterable[Any]) -> Page:
        """As `Page(*values)` with a value for each field, at a third of its cost: a night may load ten thousand."""
        page = object.__new__(cls)
        vars(page).update(zip(FIELDS, values, strict=True))
        return page

    def but(self, **changes: Any) -> Page:
        """As `dataclasses.replace`, at a sixth of its cost."""
        page = object.__new__(Page)
        values = vars(page)
        values.update(vars(self))
        values.update(changes)
        if len(values) != len(FIELDS):
            raise TypeError(f"a page has no {', '.join(changes.keys() - set(FIELDS))}")
        return page

    @property
    def is_open(self) -> bool:
        return self.state is not PageState.RESOLVED

    @property
    def waits(self) -> bool:
        """Whether it is triggered and has not paged anybody yet, so that a problem can clear itself."""
        return self.state is PageState.TRIGGERED and self.step == 0

    @property
    def present_policy(self) -> Policy:
        """The policy that runs now: its own, or one that its last resort handed over to."""
        return self.policy_of(self.leg)

    def policy_of(self, leg: int) -> Policy:
        return self.policy if leg == 0 else self.policy.then[leg - 1]

    @property
    def present_level(self) -> Level | None:
        """The level that was paged last; None before the first, and after a pass that reached nobody."""
        return self.present_policy.levels[self.level - 1] if self.level else None


FIELDS = tuple(field.name for field in fields(Page))
"""Of a page, in their order, in which `vars` has them too."""
