"""What travels: JSON objects, and the refusals that Slack puts into them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object of Slack's wire; its fields are checked where they are read."""


class SlackError(Exception):
    """Slack refuses the call: `{"ok": false, "error": <error>, …extra}`.

    `retry_after` (seconds) makes it a 429.
    """

    def __init__(
        self, error: str, *, messages: list[str] | None = None, retry_after: int | None = None, **extra: Any
    ):
        super().__init__(error)
        self.error = error
        self.extra: Json = dict(extra)
        if messages:
            self.extra["response_metadata"] = {"messages": messages}
        self.retry_after = retry_after

    def answer(self) -> Json:
        """The body as Slack sends it."""
        return {"ok": False, "error": self.error, **self.extra}


def invalid_arguments(*messages: str) -> SlackError:
    """Slack's refusal of an argument that is missing or of the wrong type."""
    return SlackError("invalid_arguments", messages=[f"[ERROR] {message}" for message in messages])
