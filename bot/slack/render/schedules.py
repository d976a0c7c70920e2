"""Schedules in words: a plan, what a change to it brings, and the answers after a change."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ids import UserId
from bot.core.person_uses import PersonUse
from bot.core.schedule_views import PersonUses, Preview, SchedulePlan
from bot.core.views import OnCallPerson
from bot.slack.render.message import Block, Message, header, lines, message, section, sentence
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


def needed(shown: PersonUses) -> list[Block]:
    """Where somebody is needed, and when they are on call."""
    if not (shown.places or shown.turns):
        return [section(say("schedules", "not_needed", shown.person))]
    blocks: list[Block] = []
    for heading, rows in (
        ("needed", [say("schedules", "use", use) for use in shown.places]),
        ("planned", [say("schedules", "turn", turn) for turn in shown.turns]),
    ):
        if rows:
            blocks += _listed([say("schedules", heading, shown.person), *rows], MOST_CHANGES)
    return blocks


def removed(
    person: OnCallPerson,
    by: OnCallPerson | None,
    places: Sequence[str],
    overrides: int,
    left: Sequence[PersonUse],
) -> Message:
    """Who took over where, and what is left to change."""
    text = say("schedules", "removed", [person], [by] if by else None, places, overrides, left)
    rows = [say("schedules", "left"), *(say("schedules", "left_use", use) for use in left)] if left else []
    return message(text, [section(text), *_listed(rows, MOST_CHANGES)])


def _listed(rows: Sequence[str], most: int) -> list[Block]:
    shown = list(rows[:most])
    if len(rows) > most:
        shown.append(say("schedules", "more", len(rows) - most))
    return [section(text) for text in lines(shown)]
