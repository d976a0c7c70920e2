"""What happens to a page beside its steps: it waits, expires, becomes urgent, is given away. As `bot.core.facts`."""

from __future__ import annotations

from datetime import datetime

from bot.core.facts import Fact
from bot.core.frozen import dataclass
from bot.core.ids import UserId


@dataclass(frozen=True, kw_only=True)
class PageWaits(Fact):
    """It pages nobody before `until`: the problem may clear itself."""

    kind = "page_waits"
    until: datetime


@dataclass(frozen=True, kw_only=True)
class PageAgreed(Fact):
    """One of those who must all acknowledge did."""

    kind = "page_agreed"
    missing: tuple[UserId, ...]


@dataclass(frozen=True, kw_only=True)
class AcknowledgmentExpired(Fact):
    """`holder` acknowledged, and nothing was done for so long that the page is triggered again."""

    kind = "acknowledgment_expired"
    holder: UserId | None
    idle_minutes: int


@dataclass(frozen=True, kw_only=True)
class UrgencyRaised(Fact):
    """Support hours began: what was of low urgency is of high."""

    kind = "urgency_raised"


@dataclass(frozen=True, kw_only=True)
class PageReassigned(Fact):
    kind = "page_reassigned"
    people: tuple[UserId, ...]


@dataclass(frozen=True, kw_only=True)
class ResponderAccepted(Fact):
    """Somebody who was added by hand comes to help; the page stays with whoever has it."""

    kind = "responder_accepted"


@dataclass(frozen=True, kw_only=True)
class ConditionBroken(Fact):
    """A condition could not be asked, so it counted as true: rather a page too many."""

    kind = "condition_broken"
    level: int
    problem: str


PAGE_FACTS: tuple[type[Fact], ...] = (
    PageWaits,
    PageAgreed,
    AcknowledgmentExpired,
    UrgencyRaised,
    PageReassigned,
    ResponderAccepted,
    ConditionBroken,
)
