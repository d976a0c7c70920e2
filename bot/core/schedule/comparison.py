"""What a change to a schedule changes: when other people are on call by it than before."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule.changes import Changes
from bot.core.schedule.model import Schedule
from bot.core.schedule.resolver import shifts


@dataclass(frozen=True)
class Difference:
    """From `starts_at` to `ends_at`, `after` are on call and no longer `before`; empty: nobody."""

    starts_at: datetime
    ends_at: datetime
    before: tuple[PersonId, ...]
    after: tuple[PersonId, ...]


def differences(
    before: Schedule, after: Schedule, changes: Changes, start: datetime, end: datetime
) -> tuple[Difference, ...]:
    """When other people are on call by `after` than by `before`, between `start` and `end`, in order of time."""
    old, new = _people(before, changes, start, end), _people(after, changes, start, end)
    edges = sorted({at for at, _ in (*old, *new)} | {end})
    found: list[Difference] = []
    was: tuple[PersonId, ...] = ()
    becomes: tuple[PersonId, ...] = ()
    was_at, becomes_at = dict(old), dict(new)
    for at, until in pairwise(edges):
        was, becomes = was_at.get(at, was), becomes_at.get(at, becomes)
        if set(was) == set(becomes):
            continue
        last = found[-1] if found else None
        if last and last.ends_at == at and (last.before, last.after) == (was, becomes):
            found[-1] = Difference(last.starts_at, until, was, becomes)
        else:
            found.append(Difference(at, until, was, becomes))
    return tuple(found)


def _people(
    schedule: Schedule, changes: Changes, start: datetime, end: datetime
) -> list[tuple[datetime, tuple[PersonId, ...]]]:
    """Who is on call from when on."""
    return [(max(shift.starts_at, start), shift.people) for shift in shifts(schedule, changes, start, end)]
