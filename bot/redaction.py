"""Secrets are taken out of the log's lines as they are written, whoever wrote them: us, a library or a traceback.

Nothing is meant to log a secret; this is for the day when something does.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8
"""Characters; a shorter one would take common words out of every line."""

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp|xwfp)-[\w.-]+",
        # The token of an integration is the path itself.
        r"(?<=/v1/alerts/)[^\s\"'\\<>?]+",
        # Whoever has one of these may write to the channel, or open a socket, without a token.
        r"(?<=//hooks\.slack\.com/)[^\s\"'\\<>]+",
        r"(?<=//wss-)[^\s\"'\\<>]+",
        r"(?<=/response/)[^\s\"'\\<>]+",
        r"(?<=response_url)(?:[\"'\s\\:=]+)https?://[^\s\"'\\<>]+",
        # The password of any address: scheme://user:password@host
        r"(?<=://)[^\s/\"'\\@]*:[^\s\"'\\@]*(?=@)",
        r"(?<=bearer )[\w.~+/=-]+",
        r"(?<=genie_key )[\w-]+",
        r"(?<=\bticket=)[^\s&\"'\\]+",
        r"(?<=[?&]token=)[^\s&\"'\\]+",
        r"(?<=[?&]secret=)[^\s&\"'\\]+",
    )
)


class Redaction:
    """Hides what looks like a secret, and the very secrets that it was told."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def hide(self, *secrets: str) -> None:
        """Hide these wherever they stand; what is too short to be a secret is not hidden."""
        self._known.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)

    def clean(self, line: str) -> str:
        """The line without secrets."""
        for secret in self._known:
            line = line.replace(secret, HIDDEN)
        for pattern in _PATTERNS:
            line = pattern.sub(HIDDEN, line)
        return line
