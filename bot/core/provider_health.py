"""When a provider or a webhook that does not answer is told of, and when a webhook is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NewType

from bot.core.frozen import dataclass
from bot.core.ids import ProviderId, WebhookId

HealthKey = NewType("HealthKey", str)
"""`provider:<id>` or `webhook:<id>`."""
_WEBHOOK = "webhook:"
MOST_FAILURES, LONGEST_TROUBLE = 10, timedelta(hours=1)
"""So often in a row and over at least so long, and a webhook is left alone."""


def of_provider(provider: ProviderId) -> HealthKey:
    return HealthKey(f"provider:{provider}")


def of_webhook(webhook: WebhookId) -> HealthKey:
    return HealthKey(f"{_WEBHOOK}{webhook}")


@dataclass(frozen=True)
class Trouble:
    """Failures in a row, since the first of them; whoever answers has none."""

    key: HealthKey
    failures: int
    failed_since: datetime
    reason: str
    """What it answered last."""
    disabled_at: datetime | None = None
    """Of a webhook: nothing is sent to it since, until somebody enables it or its configuration changes."""


def failed_again(known: Trouble | None, key: HealthKey, reason: str, now: datetime) -> Trouble:
    """The trouble after one more failure."""
    before = known or Trouble(key, 0, now, reason)
    after = replace(before, failures=before.failures + 1, reason=reason)
    long_enough = after.failures >= MOST_FAILURES and now - after.failed_since >= LONGEST_TROUBLE
    if key.startswith(_WEBHOOK) and long_enough and after.disabled_at is None:
        return replace(after, disabled_at=now)
    return after
