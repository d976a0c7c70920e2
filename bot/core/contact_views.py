"""How somebody is reached, as they alone see it in `/oncall me`; see `bot.core.views` for how views are made."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.contact import ContactMethod, MethodKind, Urgency
from bot.core.frozen import dataclass
from bot.core.ids import ContactId, UserId
from bot.core.reaching import QuietHours


@dataclass(frozen=True)
class PlannedMethod:
    """One attempt of a page that nobody acknowledges."""

    id: ContactId
    kind: MethodKind
    name: str
    """As its person knows it: `SMS +49 …`."""
    after: timedelta


@dataclass(frozen=True)
class RuleSet:
    urgency: Urgency
    is_own: bool
    """Whether they chose it; else it is the usual one."""
    attempts: tuple[PlannedMethod, ...]
    unused: tuple[str, ...] = ()
    """Verified methods that it does not name."""
    quiet: QuietHours | None = None


@dataclass(frozen=True)
class ReachView:
    """Everything about how `user` is reached."""

    user: UserId
    methods: tuple[ContactMethod, ...]
    """Beside Slack's."""
    high: RuleSet
    low: RuleSet
    zone: str
    """Theirs, as Slack tells."""
    carried: tuple[MethodKind, ...]
    """What this installation has a provider for."""
    slack_heard_at: datetime | None = None

    def rules(self, urgency: Urgency) -> RuleSet:
        return self.high if urgency is Urgency.HIGH else self.low


def name_of(method: ContactMethod) -> str:
    """`SMS +491512345678 (private)`; of a push or web address, which may hold a secret, the end alone."""
    hides = method.kind in (MethodKind.PUSH, MethodKind.WEBHOOK)
    kind = method.kind.shown
    shown = f"{kind[0].upper()}{kind[1:]} {method.ending if hides else method.address}"
    return f"{shown} ({method.label})" if method.label else shown
