"""Do Not Disturb: when Slack keeps still for somebody, by their daily hours or because they snoozed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.sandbox.events import emit
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person, epoch
from bot.sandbox.wire import Json

NEVER = 1
"""What Slack writes for a time that does not come."""


def status(person: Person, now: int | None = None) -> Json:
    """The present or next silent time, as Slack tells it to others: a snooze looks like any other silence."""
    now = epoch() if now is None else now
    start, end = _period(person, now) or (NEVER, NEVER)
    return {"dnd_enabled": start != NEVER, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


def own_status(person: Person, now: int | None = None) -> Json:
    """As `status`, with what only the person themselves is told: their snooze."""
    now = epoch() if now is None else now
    snoozed = person.snoozed_until > now
    told = status(person, now) | {"snooze_enabled": snoozed}
    if snoozed:
        told |= {"snooze_endtime": person.snoozed_until, "snooze_remaining": person.snoozed_until - now}
    return told


def is_silent(person: Person, now: int | None = None) -> bool:
    """Whether nothing rings for this person at the moment."""
    now = epoch() if now is None else now
    period = _period(person, now)
    return period is not None and period[0] <= now < period[1]


def snooze(sandbox: Sandbox, person: Person, minutes: int) -> None:
    """Keep still from now on; no minutes end it."""
    person.snoozed_at = epoch()
    person.snoozed_until = person.snoozed_at + minutes * 60 if minutes else 0
    _tell(sandbox, person)


def keep_hours(sandbox: Sandbox, person: Person, hours: tuple[str, str] | None) -> None:
    """Keep still every day between two times (`HH:MM`) of the person's zone; None: never."""
    person.quiet_hours = hours
    _tell(sandbox, person)


def _period(person: Person, now: int) -> tuple[int, int] | None:
    if person.snoozed_until > now:
        return person.snoozed_at, person.snoozed_until
    if person.quiet_hours is None:
        return None
    zone = ZoneInfo(person.tz)
    today = datetime.fromtimestamp(now, zone).date()
    since, until = (time.fromisoformat(each) for each in person.quiet_hours)
    for day in (today + timedelta(days=n) for n in (-1, 0, 1)):
        start = datetime.combine(day, since, zone)
        end = datetime.combine(day + timedelta(days=until <= since), until, zone)
        if end.timestamp() > now:
            return int(start.timestamp()), int(end.timestamp())
    return None


def _tell(sandbox: Sandbox, person: Person) -> None:
    emit(sandbox, {"type": "dnd_updated_user", "user": person.id, "dnd_status": status(person)})
    sandbox.live.tell({"type": "people"})
