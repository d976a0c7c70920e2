"""How long a debt waits for its next try."""

from __future__ import annotations

import pytest

from bot.core.debts import DebtKind, backoff


@pytest.mark.parametrize(
    ("kind", "waits"),
    [
        (DebtKind.INCIDENT_TOPIC, [1, 2, 4, 8, 16, 32, 60, 60]),
        (DebtKind.PAGE_DM, [1, 2, 4, 5, 5, 5, 5, 5]),
    ],
)
def test_tries_grow_apart_and_a_pages_never_far(kind: DebtKind, waits: list[float]) -> None:
    assert [backoff(tries, kind) for tries in range(1, 9)] == waits
