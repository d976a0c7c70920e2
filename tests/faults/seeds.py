"""Where the dice of the stories with chance in them come from."""

from __future__ import annotations

import os
import random


def seed() -> int:
    """`TOCSIN_TEST_SEED`, or a new one; printed, so that a failure can be told again."""
    chosen = int(os.environ.get("TOCSIN_TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"TOCSIN_TEST_SEED={chosen}")  # noqa: T201 - pytest shows it with a failure
    return chosen
