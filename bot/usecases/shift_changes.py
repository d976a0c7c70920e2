"""Changes of shift: people hear before, at the beginning and at the end, and a channel that is to hear of them."""

from __future__ import annotations

from datetime import datetime

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId
from bot.core.schedule import AllChanges, Schedule
from bot.core.schedule import on_call as resolve
from bot.core.shift_turns import Turn, Turns, turns
from bot.store import changes, shift_watches
from bot.store.shift_watches import Watch
from bot.store.uow import Tx
from bot.usecases.homes import refresh_recent
from bot.usecases.schedule_care import tell_unreachable
from bot.usecases.schedule_changes import tell


async def advance_due(tx: Tx, catalogue: Catalogue) -> None:
    """Tell every change of shift since the last look once, and plan the next look.

    All schedules are looked at, because what made a look necessary may have moved any of them: one statement for each
    kind of row. A schedule that is seen for the first time is only watched from now on.
    """
    watches = await shift_watches.every(tx.conn)
    gone = watches.keys() - catalogue.schedules.keys()
    await shift_watches.forget(tx.conn, sorted(gone))
    since = min((watch.told_until for watch in watches.values()), default=tx.now)
    changed = await changes.since(tx.conn, min(since, tx.now), catalogue.schedules.values())
    looked = {
        schedule.id: (schedule, _look(tx, schedule, changed, watches.get(schedule.id)))
        for schedule in catalogue.schedules.values()
    }
    for schedule, seen in looked.values():
        _tell(tx, catalogue, schedule, seen)
    await shift_watches.save(
        tx.conn,
        [
            Watch(key, tx.now, seen.look_at, seen.on_call)
            for key, (_, seen) in looked.items()
            if _is_news(watches.get(key), seen, tx.now)
        ],
    )
    await tell_unreachable(tx, catalogue, changed)
    if any(seen.changed_at for _, seen in looked.values()):
        await refresh_recent(tx)
    if looked:
        tx.wake("handoff", min(seen.look_at for _, seen in looked.values()))


def _look(tx: Tx, schedule: Schedule, changed: AllChanges, watch: Watch | None) -> Turns:
    """A look that was not due is one for something that has just been changed: nobody missed a notice before it."""
    own = changed.of(schedule.id)
    if watch is None:
        was, since = resolve(schedule, own, tx.now).people, tx.now
    else:
        was, since = watch.on_call, min(watch.told_until, tx.now)
    was_due = watch is not None and watch.due_at <= tx.now
    return turns(schedule, own, was, since, tx.now, since if was_due else tx.now)


def _is_news(watch: Watch | None, seen: Turns, now: datetime) -> bool:
    """Whether the look is to be kept: most of the many that a change of one schedule brings saw nothing."""
    if watch is None or watch.due_at <= now or seen.look_at < watch.due_at:
        return True
    return seen.changed_at is not None or bool(seen.upcoming)


def _tell(tx: Tx, catalogue: Catalogue, schedule: Schedule, seen: Turns) -> None:
    for what, moved in (
        ("shift_over", seen.over),
        ("shift_begun", seen.begun),
        ("shift_upcoming", seen.upcoming),
    ):
        for turn in moved:
            _tell_person(tx, catalogue, schedule, turn, what, seen.before)
    if seen.changed_at is not None and schedule.announce:
        data = {"schedule": schedule.id, "before": list(seen.before)}
        key = f"shift:{schedule.id}:{seen.changed_at.isoformat()}:shift_announced"
        tx.owe(debts.notice(key, schedule.announce, "shift_announced", data))


def _tell_person(
    tx: Tx, catalogue: Catalogue, schedule: Schedule, turn: Turn, what: str, before: tuple[PersonId, ...]
) -> None:
    data = {
        "schedule": schedule.id,
        "person": turn.person,
        "at": turn.at.isoformat(),
        "before": [person for person in before if person != turn.person],
    }
    tell(tx, catalogue, f"shift:{schedule.id}:{turn.at.isoformat()}", (turn.person,), what, data)
