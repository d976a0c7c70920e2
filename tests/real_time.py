"""Bounds in real seconds, which a machine that does something else for a moment can miss."""

from __future__ import annotations

from typing import Any


class TooSlow(AssertionError):
    """`make test` tries such a test again, twice: what is slow by itself is slow each time."""


def at_most(limit: float, seen: float, what: str) -> None:
    """Both in seconds."""
    if seen > limit:
        raise TooSlow(f"{what}: {seen:.3f} s, at most {limit:g} s")


def within_slacks_three(answer: Any) -> Any:
    """The sandbox's answer to what somebody did; for stories in which nothing keeps the bot from acking it."""
    if isinstance(answer, dict) and answer.get("error") == "operation_timeout":
        raise TooSlow("nothing was acked within Slack's three seconds")
    return answer
