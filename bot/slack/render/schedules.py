"""Schedules in words: a plan, what a change to it brings, and the answers after a change."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ids import UserId
from bot.core.schedule_views import Preview, SchedulePlan
from bot.slack.render.message import Block, Message, header, lines, section, sentence
from bot.templates import say

MOST_SHIFTS = 60
MOST_CHANGES = 40


def plan(shown: SchedulePlan) -> list[Block]:
    """Its shifts, gaps in plain sight."""
    rows = [say("schedules", "shift", shift) for shift in shown.shifts]
    return [
        section(say("schedules", "zone", shown)),
        section(say("schedules", "gaps", shown)),
        header("The next two weeks"),
        *_listed(rows, MOST_SHIFTS),
    ]


def preview(shown: Preview) -> list[Block]:
    """What changes first, then the whole plan."""
    if shown.differences is None:
        return plan(shown.plan)
    rows = [say("schedules", "change", change) for change in shown.differences]
    changes = _listed(rows, MOST_CHANGES) if rows else [section(say("schedules", "no_change"))]
    return [header("What changes"), *changes, *plan(shown.plan)]


def outdated(by: UserId | None, at: object, *, deleted: bool) -> Block:
    """That somebody else was quicker."""
    if deleted:
        return section(say("schedules", "deleted_meanwhile", by))
    return section(say("schedules", "outdated", by, at))


def saved(name: str, is_new: bool) -> Message:
    return sentence(say("schedules", "saved", name, is_new))


def deleted(name: str | None) -> Message:
    """`name` is None when it was gone already."""
    return sentence(say("schedules", "deleted", name) if name else say("schedules", "already_deleted"))


def _listed(rows: Sequence[str], most: int) -> list[Block]:
    shown = list(rows[:most])
    if len(rows) > most:
        shown.append(say("schedules", "more", len(rows) - most))
    return [section(text) for text in lines(shown)]
