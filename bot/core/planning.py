"""What may be planned on a schedule: spans that are not over, and people who are there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule import Shift

LONGEST = timedelta(days=366)
FURTHEST = timedelta(days=731)
"""Ahead. Next year's holidays are planned; a date beyond is most often a wrong year, and rotations change till then."""
GRACE = timedelta(minutes=10)
"""So long a form may stay open: what began meanwhile begins now."""


@dataclass(frozen=True)
class Refusal:
    """Why it can't be planned, at which field of the form."""

    field: str
    """starts, ends, person or shift"""
    sentence: str


def refused_span(starts_at: datetime, ends_at: datetime, now: datetime) -> Refusal | None:
    """What is wrong with a span from `starts_at` to `ends_at`; None when it may be planned.

    What is past stays as it was: nobody's time on call is rewritten (PRODUCT §5).
    """
    if ends_at <= starts_at:
        return Refusal("ends", "It ends before it begins. Choose a later end.")
    if ends_at <= now:
        return Refusal("ends", "That time is over: who was on call stays as it was. Choose a later end.")
    if starts_at < now - GRACE:
        return Refusal("starts", "It begins in the past. Begin now or later.")
    if starts_at - now > FURTHEST:
        return Refusal(
            "starts",
            "That is more than two years ahead, when the schedule will hardly be the same. Is the year right? "
            "Choose an earlier start.",
        )
    if ends_at - starts_at > LONGEST:
        return Refusal(
            "ends", "That is more than a year. Choose an earlier end, or change the schedule itself."
        )
    return None


def holds(person: PersonId, tiles: Iterable[Shift]) -> bool:
    """Whether somebody is on call through the whole span that the final shifts `tiles` make up."""
    held = [person in tile.people for tile in tiles]
    return bool(held) and all(held)
