"""Cover: somebody asks others to take all or part of a shift; the first who accepts gets it (PRODUCT §5). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.core.frozen import dataclass
from bot.core.ids import CoverId, PersonId, ScheduleId, UserId
from bot.core.planning import Refusal, holds, refused_span
from bot.core.schedule import Shift


class CoverState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHANGED = "changed"
    """Not needed any more, because somebody else is on call then by now."""


class CoverReply(StrEnum):
    """What came of it, for whoever did it."""

    DONE = "done"
    ALREADY_YOURS = "already_yours"
    TOO_LATE = "too_late"
    """Somebody was quicker; `Cover.accepted_by` says who."""
    OVER = "over"
    """Withdrawn or expired."""
    NOT_ASKED = "not_asked"
    CHANGED = "changed"
    """Whoever asked is not on call any more for any of it: there is nothing to take."""


@dataclass(frozen=True)
class Cover:
    """A question put to `asked`; while it is open, `person` stays on call."""

    id: CoverId
    schedule: ScheduleId
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    asked: tuple[PersonId, ...]
    by: UserId
    made_at: datetime
    reason: str = ""
    declined: tuple[PersonId, ...] = ()
    state: CoverState = CoverState.OPEN
    accepted_by: PersonId | None = None
    override: int | None = None
    """The override that it became."""
    settled_at: datetime | None = None
    due_at: datetime | None = None
    """While open: its beginning, when `person` is told that nobody has accepted; then its end, when it expires."""
    version: int = 1


@dataclass(frozen=True)
class CoverDecision:
    cover: Cover
    reply: CoverReply = CoverReply.DONE
    begins_at: datetime | None = None
    """Accepted: from when the new person is on call."""
    unanswered: bool = False
    """Nobody is left who could accept, or it begins and nobody has: `person` must hear it."""


def refused(
    person: PersonId,
    starts_at: datetime,
    ends_at: datetime,
    asked: Sequence[PersonId],
    tiles: Iterable[Shift],
    others: Iterable[Cover],
    now: datetime,
) -> Refusal | None:
    """Why somebody can't ask for cover; `tiles` are the final shifts of the span, `others` their open questions."""
    wrong = refused_span(starts_at, ends_at, now)
    if wrong:
        return wrong
    if not holds(person, tiles):
        return Refusal(
            "shift", "You are not on call for all of that time. Choose a shift of yours, or a part of one."
        )
    if not asked:
        return Refusal("people", "There is nobody else to ask. Choose people, or make an override.")
    if any(other.starts_at < ends_at and starts_at < other.ends_at for other in others):
        return Refusal(
            "shift", "You already ask for cover of that time. Withdraw the earlier question first."
        )
    return None


def accept(cover: Cover, by: PersonId, tiles: Sequence[Shift], now: datetime) -> CoverDecision:
    """The first who accepts is on call for the span, or for what is left of it, whose final shifts are `tiles`."""
    if cover.state is CoverState.ACCEPTED:
        mine = cover.accepted_by == by
        return CoverDecision(cover, CoverReply.ALREADY_YOURS if mine else CoverReply.TOO_LATE)
    if cover.state is not CoverState.OPEN or cover.ends_at <= now:
        return CoverDecision(cover, CoverReply.OVER)
    if by not in cover.asked:
        return CoverDecision(cover, CoverReply.NOT_ASKED)
    if _is_of_others(cover, tiles):
        return CoverDecision(_settled(cover, CoverState.CHANGED, now), CoverReply.CHANGED)
    settled = _settled(cover, CoverState.ACCEPTED, now)
    return CoverDecision(replace(settled, accepted_by=by), begins_at=max(cover.starts_at, now))


def decline(cover: Cover, by: PersonId, tiles: Sequence[Shift], now: datetime) -> CoverDecision:
    """When everybody has declined, whoever asked must hear it; `tiles` as in `accept`."""
    if cover.accepted_by == by:
        return CoverDecision(cover, CoverReply.ALREADY_YOURS)
    if cover.state is not CoverState.OPEN:
        return CoverDecision(cover, CoverReply.TOO_LATE if cover.accepted_by else CoverReply.OVER)
    if by not in cover.asked:
        return CoverDecision(cover, CoverReply.NOT_ASKED)
    if by in cover.declined:
        return CoverDecision(cover)
    if _is_of_others(cover, tiles):
        return CoverDecision(_settled(cover, CoverState.CHANGED, now), CoverReply.CHANGED)
    changed = replace(cover, declined=(*cover.declined, by), version=cover.version + 1)
    return CoverDecision(changed, unanswered=set(changed.declined) >= set(cover.asked))


def withdraw(cover: Cover, now: datetime) -> CoverDecision:
    """It is not asked any more; what was accepted stays."""
    if cover.state is not CoverState.OPEN:
        return CoverDecision(cover, CoverReply.TOO_LATE if cover.accepted_by else CoverReply.OVER)
    return CoverDecision(_settled(cover, CoverState.WITHDRAWN, now))


def on_due(cover: Cover, tiles: Sequence[Shift], now: datetime) -> CoverDecision:
    """It begins and nobody has accepted, which `person` must hear; or it is over. `tiles` as in `accept`."""
    if cover.state is not CoverState.OPEN or cover.due_at is None or now < cover.due_at:
        return CoverDecision(cover)
    if now >= cover.ends_at:
        return CoverDecision(_settled(cover, CoverState.EXPIRED, now))
    if _is_of_others(cover, tiles):
        return CoverDecision(_settled(cover, CoverState.CHANGED, now), CoverReply.CHANGED)
    return CoverDecision(replace(cover, due_at=cover.ends_at, version=cover.version + 1), unanswered=True)


def _is_of_others(cover: Cover, tiles: Sequence[Shift]) -> bool:
    return bool(tiles) and not any(cover.person in tile.people for tile in tiles)


def _settled(cover: Cover, state: CoverState, now: datetime) -> Cover:
    return replace(cover, state=state, settled_at=now, due_at=None, version=cover.version + 1)
