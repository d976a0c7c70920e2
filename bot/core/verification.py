"""Codes that prove that an address is somebody's own: how long, how many, and what is kept of them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from bot.core.ids import ContactId

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
"""Of one code: with six digits a guess is right once in two hundred thousand."""
RESEND_AFTER = timedelta(minutes=1)
CODES_AN_HOUR = 10
"""Codes and tests of one person: their phone is not flooded, and neither is a stranger's."""
MOST_METHODS = 10


def hash_of(number: ContactId, code: str) -> str:
    return hashlib.sha256(f"{number}:{code}".encode()).hexdigest()
