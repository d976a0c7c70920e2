"""Swap: two people exchange two shifts, or parts of them, once both agree (PRODUCT §5). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, SwapId, UserId
from bot.core.planning import Refusal, holds, refused_span
from bot.core.schedule import Shift


class SwapState(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHANGED = "changed"
    """Off, because one of the two is not on call any more for what they would give."""


class SwapReply(StrEnum):
    """What came of it, for whoever did it."""

    DONE = "done"
    OVER = "over"
    """It was settled before; `Swap.state` says how."""
    NOT_YOURS = "not_yours"
    """Somebody else is asked."""
    CHANGED = "changed"
    """One of the two is not on call any more for what they would give: the swap is off."""


@dataclass(frozen=True)
class Part:
    """What one of the two gives: their time on call from `starts_at` to `ends_at`."""

    schedule: ScheduleId
    person: PersonId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Swap:
    """`first` is of whoever proposes, `second` of whoever is asked."""

    id: SwapId
    first: Part
    second: Part
    by: UserId
    made_at: datetime
    reason: str = ""
    state: SwapState = SwapState.PROPOSED
    settled_at: datetime | None = None
    due_at: datetime | None = None
    """While proposed: when the earlier of the two begins; then it expires."""
    version: int = 1


@dataclass(frozen=True)
class SwapDecision:
    swap: Swap
    reply: SwapReply = SwapReply.DONE


def refused(
    first: Part, second: Part, first_tiles: Iterable[Shift], second_tiles: Iterable[Shift], now: datetime
) -> Refusal | None:
    """Why two people can't swap; the tiles are the final shifts of each part's span."""
    if first.person == second.person:
        return Refusal("theirs", "Both shifts are yours. Choose somebody else's shift.")
    wrong = refused_span(first.starts_at, first.ends_at, now)
    if wrong:
        return Refusal("mine", wrong.sentence)
    wrong = refused_span(second.starts_at, second.ends_at, now)
    if wrong:
        return Refusal("theirs", wrong.sentence)
    if not holds(first.person, first_tiles):
        return Refusal("mine", "You are not on call for all of that time. Choose a shift of yours.")
    if not holds(second.person, second_tiles):
        return Refusal("theirs", "They are not on call for all of that time. Choose a shift of theirs.")
    return None


def agree(
    swap: Swap, by: PersonId, first_tiles: Iterable[Shift], second_tiles: Iterable[Shift], now: datetime
) -> SwapDecision:
    """Both have agreed: each is on call for the other's part, or for what is left of it."""
    if swap.state is not SwapState.PROPOSED:
        return SwapDecision(swap, SwapReply.OVER)
    if by != swap.second.person:
        return SwapDecision(swap, SwapReply.NOT_YOURS)
    if not (holds(swap.first.person, first_tiles) and holds(swap.second.person, second_tiles)):
        return SwapDecision(_settled(swap, SwapState.CHANGED, now), SwapReply.CHANGED)
    left = replace(swap, first=_left(swap.first, now), second=_left(swap.second, now))
    return SwapDecision(_settled(left, SwapState.AGREED, now))


def _left(part: Part, now: datetime) -> Part:
    return replace(part, starts_at=max(part.starts_at, now))


def decline(swap: Swap, by: PersonId, now: datetime) -> SwapDecision:
    if swap.state is not SwapState.PROPOSED:
        return SwapDecision(swap, SwapReply.OVER)
    if by != swap.second.person:
        return SwapDecision(swap, SwapReply.NOT_YOURS)
    return SwapDecision(_settled(swap, SwapState.DECLINED, now))


def withdraw(swap: Swap, now: datetime) -> SwapDecision:
    """It is not proposed any more; what was agreed stays."""
    if swap.state is not SwapState.PROPOSED:
        return SwapDecision(swap, SwapReply.OVER)
    return SwapDecision(_settled(swap, SwapState.WITHDRAWN, now))


def on_due(swap: Swap, now: datetime) -> SwapDecision:
    """One of the parts begins and nobody agreed: it is off."""
    if swap.state is not SwapState.PROPOSED or swap.due_at is None or now < swap.due_at:
        return SwapDecision(swap)
    return SwapDecision(_settled(swap, SwapState.EXPIRED, now))


def _settled(swap: Swap, state: SwapState, now: datetime) -> Swap:
    return replace(swap, state=state, settled_at=now, due_at=None, version=swap.version + 1)
