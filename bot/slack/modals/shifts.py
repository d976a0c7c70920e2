"""A menu of somebody's shifts; each option carries the schedule, whose it is, and from when until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ids import PersonId, ScheduleId
from bot.core.on_call_views import ShiftChoice
from bot.slack.modals import form
from bot.slack.render.message import Block, option
from bot.templates import mrkdwn

NAME = 34


def menu(
    choices: Sequence[ShiftChoice],
    now: datetime,
    zone: str,
    initial: str | None = None,
    placeholder: str = "",
) -> Block:
    """Times are the reader's: `zone` is an IANA name. An option that does not fit into Slack's 150 is left out."""
    options = [
        option(label(one, now, zone), value(one)) for one in choices if len(value(one)) <= form.OPTION_VALUE
    ]
    return form.choice(options, initial, placeholder or "Choose a shift")


def label(one: ShiftChoice, now: datetime, zone: str) -> str:
    """`payments-primary · Mon 23 Nov 09:00 – Mon 30 Nov 09:00`; the day of the end only when it is another."""
    starts, ends = (at.astimezone(ZoneInfo(zone)) for at in (max(one.starts_at, now), one.ends_at))
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%a %-d %b %H:%M}"
    since = "now" if one.starts_at <= now else f"{starts:%a %-d %b %H:%M}"
    return f"{mrkdwn.cut(one.name, NAME)} · {since} – {until}"


def value(one: ShiftChoice) -> str:
    """In whole seconds within the shift: one that began by an override may begin between two."""
    starts, ends = ceil(one.starts_at.timestamp()), int(one.ends_at.timestamp())
    return f"{starts}:{ends}:{one.person}:{one.schedule}"


def chosen(view: Mapping[str, Any], block_id: str) -> ShiftChoice | None:
    """The chosen shift; its `name` is the schedule's id."""
    picked = form.chosen(view, block_id)
    if picked is None:
        return None
    starts, ends, person, schedule = picked.split(":", 3)
    return ShiftChoice(ScheduleId(schedule), schedule, PersonId(person), _instant(starts), _instant(ends))


def likely(choices: Sequence[ShiftChoice], schedule: ScheduleId | None, at: datetime | None) -> str | None:
    """The first one of a schedule, or that an instant falls into; the first of all when nothing is said."""
    fitting = [
        one
        for one in choices
        if schedule in (None, one.schedule) and (at is None or one.starts_at <= at < one.ends_at)
    ]
    return value(fitting[0]) if fitting else None


def _instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
