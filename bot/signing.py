"""Links that prove themselves: what they are for, whose they are and until when, signed so that nobody can make one.

A token is not secret to whoever holds it, its subject can be read; it only cannot be made or changed without the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

SHORTEST_KEY = 16
"""Bytes."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Signer:
    """Signs and verifies with one key (HMAC-SHA256). Raises ValueError for a key of fewer than `SHORTEST_KEY` bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"A signing key has at least {SHORTEST_KEY} bytes.")
        self._key = key

    def sign(self, purpose: str, subject: str, expires_at: datetime | None) -> str:
        """A token of letters, digits, `-`, `_` and one dot, fit for a URL's path.

        It is good for this purpose alone, before `expires_at` (None: for as long as the key is kept). Raises ValueError
        for an instant without a time zone.
        """
        return self._token(purpose, f"{_written(expires_at)}:{subject}".encode())

    def verify(self, token: str, purpose: str, now: datetime) -> str | None:
        """The subject that was signed; None for whatever is forged, for another purpose, or expired."""
        try:
            payload = base64.urlsafe_b64decode(_padded(token.partition(".")[0]))
        except (binascii.Error, ValueError):
            return None
        # The whole token is compared: base64 can be written in several ways, and only ours is good.
        if not hmac.compare_digest(self._token(purpose, payload).encode(), token.encode(errors="replace")):
            return None
        expiry, _, subject = payload.decode().partition(":")
        if expiry and now >= _EPOCH + int(expiry) * _MICROSECOND:
            return None
        return subject

    def _token(self, purpose: str, payload: bytes) -> str:
        # The purpose is hashed to a fixed length, so that it cannot run over into what follows.
        message = hashlib.sha256(purpose.encode()).digest() + payload
        return f"{_text(payload)}.{_text(hmac.digest(self._key, message, 'sha256'))}"


def _written(expires_at: datetime | None) -> str:
    if expires_at is None:
        return ""
    if expires_at.utcoffset() is None:
        raise ValueError(f"An instant needs a time zone; {expires_at.isoformat()} has none.")
    return str((expires_at - _EPOCH) // _MICROSECOND)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
