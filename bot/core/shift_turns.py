"""When shifts change hands: who came on call, who went, and who must hear beforehand. Pure.

A person's time on call is told as one, whatever the reasons for it: an override of Ana's within Ana's own week changes
nothing for her.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule import Changes, Schedule, Shift, following

SHORT = timedelta(hours=25)
"""A day, also one on which clocks go back: what lasts no longer is told `SHORT_NOTICE` before, as it comes often."""
SHORT_NOTICE = timedelta(hours=1)
LOOK_AGAIN = timedelta(days=8)
"""At the latest."""
LONGEST_STINT = timedelta(days=366)


@dataclass(frozen=True)
class Turn:
    """Somebody's time on call begins or ends at `at`, or will begin then."""

    person: PersonId
    at: datetime


@dataclass(frozen=True)
class Turns:
    """What changed on a schedule since the last look, as it is true now."""

    on_call: tuple[PersonId, ...]
    look_at: datetime
    """When something changes next, or somebody must hear of it."""
    begun: tuple[Turn, ...] = ()
    """Who is on call now and was not, or was off in between."""
    over: tuple[Turn, ...] = ()
    """Who was on call and is not any more."""
    upcoming: tuple[Turn, ...] = ()
    """Whose notice beforehand is due."""
    changed_at: datetime | None = None
    """When it last became so that just these are on call; None when they are the same as at the last look."""
    before: tuple[PersonId, ...] = ()
    """Who was on call just before that."""


def notice_before(remind_before: timedelta, lasts: timedelta | None) -> timedelta:
    """How long beforehand a time on call of that length is told; None for one that goes on and on."""
    is_short = lasts is not None and lasts <= SHORT
    return min(remind_before, SHORT_NOTICE) if is_short else remind_before


def turns(
    schedule: Schedule,
    changes: Changes,
    was: Sequence[PersonId],
    since: datetime,
    now: datetime,
    reminded_until: datetime,
) -> Turns:
    """What happened between the last look, at `since` with `was` on call, and `now`; `changes` reach back to `since`.

    Whoever came and went meanwhile is not told of. Notices beforehand count that fell due after `reminded_until`.
    """
    ahead = now + schedule.remind_before + SHORT + LOOK_AGAIN
    past: list[Shift] = []
    to_come: list[Shift] = []
    for shift in following(schedule, changes, since, ahead):
        (past if shift.starts_at <= now else to_come).append(shift)
    people = past[-1].people
    came, left, changed_at, before = _moves(past, was)
    upcoming, next_notice = _notices(schedule.remind_before, people, to_come, reminded_until, now)
    next_change = [shift.starts_at for shift in to_come if set(shift.people) != set(people)]
    return Turns(
        on_call=people,
        begun=tuple(Turn(person, came[person]) for person in people if person in came),
        over=tuple(Turn(person, left[person]) for person in was if person in left and person not in people),
        upcoming=upcoming,
        changed_at=changed_at if set(people) != set(was) or came else None,
        before=before,
        look_at=min([now + LOOK_AGAIN, *next_change[:1], *next_notice]),
    )


def stint(schedule: Schedule, changes: Changes, person: PersonId, at: datetime) -> datetime | None:
    """Until when somebody who is on call at `at` stays so without a break; None when no end is near."""
    for shift in following(schedule, changes, at, at + LONGEST_STINT):
        if person not in shift.people:
            return shift.starts_at
    return None


def last_on_call(
    schedule: Schedule, changes: Changes, person: PersonId, since: datetime, at: datetime
) -> datetime | None:
    """When somebody whose time on call begins at `at` was on call last; None: not from `since` on."""
    ended = [
        shift.ends_at
        for shift in following(schedule, changes, since, at)
        if person in shift.people and shift.ends_at is not None and shift.ends_at < at
    ]
    return ended[-1] if ended else None


def began(schedule: Schedule, changes: Changes, person: PersonId, since: datetime, at: datetime) -> datetime:
    """Since when somebody who is on call just before `at` is so without a break; not looked for before `since`."""
    begins = since
    for shift in following(schedule, changes, since, at):
        if person not in shift.people:
            begins = shift.ends_at or at
    return begins


def _moves(
    past: Sequence[Shift], was: Sequence[PersonId]
) -> tuple[dict[PersonId, datetime], dict[PersonId, datetime], datetime | None, tuple[PersonId, ...]]:
    """When each last came and last left, when the people last changed, and who was there just before."""
    came: dict[PersonId, datetime] = {}
    left: dict[PersonId, datetime] = {}
    present, before = tuple(was), tuple(was)
    changed_at: datetime | None = None
    for shift in past:
        came |= {person: shift.starts_at for person in shift.people if person not in present}
        left |= {person: shift.starts_at for person in present if person not in shift.people}
        if set(shift.people) != set(present):
            before, changed_at = present, shift.starts_at
        present = shift.people
    return came, left, changed_at, before


def _notices(
    remind_before: timedelta,
    people: Sequence[PersonId],
    to_come: Sequence[Shift],
    reminded_until: datetime,
    now: datetime,
) -> tuple[tuple[Turn, ...], list[datetime]]:
    """Whose notice is due, and when the others' will be. Whoever is on call now only pauses, and needs none."""
    if not remind_before:
        return (), []
    due: list[Turn] = []
    later: list[datetime] = []
    for turn, ends_at in _stints(people, to_come):
        notice_at = turn.at - notice_before(remind_before, ends_at - turn.at if ends_at else None)
        if notice_at > now:
            later.append(notice_at)
        elif notice_at > reminded_until and turn.person not in people:
            due.append(turn)
    return tuple(due), later


def _stints(people: Sequence[PersonId], to_come: Sequence[Shift]) -> Iterator[tuple[Turn, datetime | None]]:
    """Everybody's unbroken times on call that are yet to begin, and their ends as far as they are seen."""
    present = set(people)
    open_turns: dict[PersonId, Turn] = {}
    for shift in to_come:
        for person in present.difference(shift.people):
            if person in open_turns:
                yield open_turns.pop(person), shift.starts_at
        open_turns |= {
            person: Turn(person, shift.starts_at) for person in shift.people if person not in present
        }
        present = set(shift.people)
    yield from ((turn, None) for turn in open_turns.values())
