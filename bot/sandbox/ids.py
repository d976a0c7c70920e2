"""Ids, timestamps and secrets that look like Slack's."""

from __future__ import annotations

import secrets
import time

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WIDTH = 8


class Ids:
    """Makes ids in order (`C0SBX0001A`) and message timestamps that never repeat or step back."""

    def __init__(self) -> None:
        self._count = 0
        self._last_micros = 0

    def new(self, prefix: str) -> str:
        """The next id: unique over all prefixes."""
        self._count += 1
        return prefix + "0" + _base36(self._count + 36**5).rjust(_WIDTH, "0")

    def ts(self) -> str:
        """The next `seconds.micros`, unique in the workspace."""
        self._last_micros = max(time.time_ns() // 1000, self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def continue_after(self, earlier: Ids) -> None:
        """Give out nothing that `earlier` gave out."""
        self._count = max(self._count, earlier._count)
        self._last_micros = max(self._last_micros, earlier._last_micros)


def secret(length: int = 24) -> str:
    """A word that nobody guesses: tickets, response URLs, webhook secrets."""
    return secrets.token_hex((length + 1) // 2)[:length]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
