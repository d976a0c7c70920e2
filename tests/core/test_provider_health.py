"""When a webhook is left alone: after many failures in a row over a long time, and a provider never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.ids import ProviderId, WebhookId
from bot.core.provider_health import HealthKey, Trouble, failed_again, of_provider, of_webhook

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
WEBHOOK, PROVIDER = of_webhook(WebhookId("board")), of_provider(ProviderId("mail"))


@pytest.mark.parametrize(
    ("key", "failures", "minutes", "disabled"),
    [
        (WEBHOOK, 9, 600, False),
        (WEBHOOK, 10, 59, False),
        (WEBHOOK, 10, 60, True),
        (WEBHOOK, 500, 61, True),
        (PROVIDER, 500, 600, False),
    ],
)
def test_ten_failures_over_an_hour_are_enough_of_a_webhook(
    key: HealthKey, failures: int, minutes: int, disabled: bool
) -> None:
    known = None
    for number in range(failures):
        # The last comes at the end of the time, the others long before.
        at = NOW + timedelta(minutes=minutes) if number == failures - 1 else NOW
        known = failed_again(known, key, f"answer {number}", at)
    assert known is not None
    assert (known.failures, known.failed_since, known.reason) == (failures, NOW, f"answer {failures - 1}")
    assert (known.disabled_at is not None) == disabled


def test_the_instant_at_which_it_was_disabled_stays() -> None:
    known = Trouble(WEBHOOK, 10, NOW - timedelta(hours=2), "answer", disabled_at=NOW)
    assert failed_again(known, WEBHOOK, "again", NOW + timedelta(days=1)).disabled_at == NOW
