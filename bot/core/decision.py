"""What is decided about a page: whom its targets lead to goes in, what is to be written and sent comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.facts import Fact
from bot.core.frozen import dataclass
from bot.core.ids import PolicyId, ScheduleId, UserId, WebhookId
from bot.core.page import Page
from bot.core.policy import Target

TO_WEBHOOK = "webhook:"
"""How an addressee that is a webhook begins."""


class Cause(StrEnum):
    """Why a step is taken."""

    STARTED = "started"
    TIMEOUT = "timeout"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    ESCALATED = "escalated"
    SNOOZE_ENDED = "snooze_ended"
    IDLE = "idle"
    """It was acknowledged, and nobody worked on it."""
    HOURS_BEGAN = "hours_began"
    """Its low urgency became high."""
    REASSIGNED = "reassigned"


@dataclass(frozen=True)
class Contact:
    """Somebody whom a target leads to, and by which way."""

    user: UserId
    via: str
    """The schedule's or team's name; empty when the policy names the person."""
    until: datetime | None = None
    """When their shift ends."""


@dataclass(frozen=True)
class Reached:
    """Whom a target leads to now; nobody has a `reason`, and a schedule to tell the owner of."""

    people: tuple[Contact, ...] = ()
    channel: str | None = None
    webhook: WebhookId | None = None
    reason: str = ""
    schedule: ScheduleId | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.channel or self.webhook)


@dataclass(frozen=True)
class Roster:
    """Everything that a step asks about the world at `now`."""

    targets: Mapping[Target, Reached] = field(default_factory=dict)
    """Every target of the page's policy; a manager is not among them."""
    managers: Mapping[UserId, Reached] = field(default_factory=dict)
    """By whom they are the manager of."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What conditions read (`bot.core.conditions`); needed when the policy has any."""
    held: Mapping[UserId, int] = field(default_factory=dict)
    """How many open pages somebody holds; needed when a condition asks."""
    turns: Mapping[tuple[PolicyId, int], int] = field(default_factory=dict)
    """Whose turn it is in levels that page one after the other."""


@dataclass(frozen=True)
class Notify:
    """One person, channel or webhook that this step pages. `why` is shown to them."""

    step: int
    level: int
    cause: Cause
    user: UserId | None = None
    channel: str | None = None
    webhook: WebhookId | None = None
    via: str = ""
    until: datetime | None = None

    @property
    def addressee(self) -> str:
        return self.user or self.channel or f"{TO_WEBHOOK}{self.webhook}"


class Notice(StrEnum):
    """What the owners and admins must hear."""

    EMPTY_SCHEDULE = "empty_schedule"
    NOBODY_REACHED = "nobody_reached"


@dataclass(frozen=True)
class Tell:
    notice: Notice
    schedule: ScheduleId | None = None
    reason: str = ""


class Reply(StrEnum):
    """What the person who acted is told."""

    DONE = "done"
    ALREADY_YOURS = "already_yours"
    HELD_BY_OTHER = "held_by_other"
    OVER = "over"
    NOT_DUE = "not_due"
    NEXT_PAGED = "next_paged"
    OTHERS_MUST_TOO = "others_must_too"
    """Acknowledged by this person; the level waits for all of its people."""


@dataclass(frozen=True)
class Decision:
    page: Page
    reply: Reply = Reply.DONE
    facts: tuple[Fact, ...] = ()
    notify: tuple[Notify, ...] = ()
    tell: tuple[Tell, ...] = ()
    cancels: bool = False
    """Whether notifications of the former generation that have not left are withdrawn."""
    spares: UserId | None = None
    """Somebody who answered for themselves while others have not: nothing more of this step goes to them."""
    turns: Mapping[tuple[PolicyId, int], int] = field(default_factory=dict)
    """Whose turn is next in the levels that this step paged one of."""
