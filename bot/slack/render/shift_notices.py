"""Around a change of shift: before it, at its beginning and at its end, and what the team's channel hears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.core.checkup import Finding
from bot.core.ids import ScheduleId
from bot.core.on_call_views import PlannedChoice
from bot.core.shift_views import (
    Digest,
    HandoffNoteView,
    ReachTestMessage,
    ScheduleFindings,
    ShiftAnnounced,
    ShiftBegun,
    ShiftFacts,
    ShiftNotice,
    ShiftOver,
    ShiftUpcoming,
    UnreachableOnCall,
)
from bot.slack import ids
from bot.slack.prefilled import carry
from bot.slack.render.message import (
    Block,
    Message,
    actions,
    button,
    context,
    lines,
    message,
    section,
    sentence,
)
from bot.templates import mrkdwn, say

MOST_SCHEDULES, MOST_PROBLEMS = 40, 10
"""Of a digest, and of one schedule in it."""
MOST_FINDINGS, MOST_OF_TOPIC = 15, 3
LONGEST_FINDING = 350
WAKING = ("waking_hours", "waking_tested")
MOST_CHANGED = 5
MOST_OPEN = 10
"""Pages and incidents that are shown each; of the others only the number."""


def notice(view: ShiftNotice) -> Message:
    match view:
        case ShiftUpcoming():
            return upcoming(view)
        case ShiftBegun():
            return begun(view)
        case ShiftOver():
            return over(view)
        case ShiftAnnounced():
            return sentence(say("on_call_shifts", "announced", view))
        case UnreachableOnCall():
            return unreachable(view)
        case ReachTestMessage():
            text = say("on_call_shifts", "reach_test")
            heard = button("I heard it", ids.REACH_HEARD, view.id, style="primary")
            return message(text, [section(text), actions([heard])])
        case Digest():
            return digest(view)
        case HandoffNoteView():
            return message(say("on_call_shifts", "note_came", view), [_note(view, "note_came")])
        case _:
            assert_never(view)


def upcoming(view: ShiftUpcoming) -> Message:
    text = say("on_call_shifts", "upcoming", view)
    carried = carry(PlannedChoice(schedule=view.schedule_id, starts_at=view.starts_at, ends_at=view.ends_at))
    buttons = [
        button("Ask for cover…", ids.ON_CALL_COVER, carried),
        button("Swap…", ids.ON_CALL_SWAP, carried),
    ]
    return message(text, [section(text), actions(buttons)])


def begun(view: ShiftBegun) -> Message:
    """First what is true now, then what was left for the reader and what is open."""
    text = say("on_call_shifts", "begun", view)
    blocks = [section(text), *(_note(note, "note_by") for note in view.notes), *_open(view), *_changed(view)]
    blocks.append(section("\n".join(say("on_call_shifts", macro, view.waking) for macro in WAKING)))
    buttons = [button("Add a method that rings", ids.CONTACTS)] if view.waking.needs_a_method else []
    buttons += [] if view.has_tested else [button("Test it now", ids.REACH_TEST, view.told)]
    if view.ends_at is not None:
        buttons.append(_leave_note(view.schedule_id, view.starts_at, view.ends_at))
    blocks += [actions(buttons)] if buttons else []
    return message(f"{text} {say('on_call_shifts', 'open_summary', view)}", blocks)


def test_heard(sent_at: datetime, heard_at: datetime) -> Message:
    return sentence(say("on_call_shifts", "test_heard", sent_at, heard_at))


def over(view: ShiftOver) -> Message:
    text = say("on_call_shifts", "over", view)
    buttons = actions([_leave_note(view.schedule_id, view.starts_at, view.ended_at)])
    return message(text, [section(text), buttons])


def draft(facts: ShiftFacts, zone: ZoneInfo) -> str:
    """What a note begins with, as plain text of several lines; its author, in `zone`, changes what they like.

    A field of a form shows no markup, so that the times are its author's, each with its zone.
    """
    said = [say("on_call_shifts", "draft_pages", facts)]
    said += [say("on_call_shifts", "draft_incident", line, True) for line in facts.open_incidents]
    said += [say("on_call_shifts", "draft_page", line) for line in facts.open_pages[:MOST_OPEN]]
    said += [say("on_call_shifts", "draft_incident", line, False) for line in facts.resolved_incidents]
    said += [say("on_call_shifts", "draft_override", line) for line in facts.overrides]
    return "\n".join(mrkdwn.plain(line, {}, zone) for line in said)


def note_left(view: HandoffNoteView, now: datetime) -> Message:
    return sentence(say("on_call_shifts", "note_left", view, view.hand_off_at <= now))


def note_left_for(view: HandoffNoteView) -> Block:
    """In an answer that is about more than one schedule."""
    return _note(view, "note_for_schedule")


def _note(view: HandoffNoteView, macro: str) -> Block:
    return section(f"{say('on_call_shifts', macro, view)}\n{mrkdwn.prose(view.text)}")


def _leave_note(schedule: ScheduleId, starts_at: datetime, ends_at: datetime) -> Block:
    value = f"{schedule}|{starts_at.isoformat()}|{ends_at.isoformat()}"
    return button("Leave a hand-off note", ids.HANDOFF_NOTE, value)


def _open(view: ShiftBegun) -> list[Block]:
    shown = [say("on_call_shifts", "open_summary", view)]
    shown += [say("home", "incident", line, False) for line in view.incidents[:MOST_OPEN]]
    shown += [say("home", "page", line) for line in view.pages[:MOST_OPEN]]
    return [section(part) for part in lines(shown)]


def _changed(view: ShiftBegun) -> list[Block]:
    if view.changed is None:
        return []
    shown = view.changed.entries[:MOST_CHANGED]
    left = len(view.changed.entries) - len(shown)
    return [section(say("on_call_shifts", "changed", view.changed, shown, left))]


def unreachable(view: UnreachableOnCall) -> Message:
    """With a way to put somebody else in all their places."""
    text = say("on_call_shifts", "unreachable_on_call", view)
    replace = button("Replace them", ids.PERSON_REPLACE, view.id)
    return message(text, [section(text), actions([replace])])


def digest(view: Digest) -> Message:
    """One paragraph for each schedule, then the other findings topic by topic; of many problems the first."""
    text = say("on_call_shifts", "digest", view)
    parts = ["\n".join(_problems(one)) for one in view.schedules[:MOST_SCHEDULES]]
    left_out = len(view.schedules) - len(parts)
    if left_out:
        parts.append(say("on_call_shifts", "digest_more", left_out))
    parts += lines(_findings(view.findings))
    blocks = [section(text), *(section(part) for part in parts)]
    return message(text, [*blocks, context(say("on_call_shifts", "digest_cure", view))])


def _findings(found: Sequence[Finding]) -> list[str]:
    """The first of each topic, so that many of one hide no other."""
    kept: list[Finding] = []
    for _, alike in groupby(found, key=lambda one: one.topic):
        kept += islice(alike, MOST_OF_TOPIC)
    kept = kept[:MOST_FINDINGS]
    said = [f"{say('on_call_shifts', 'digest_mark', one)} {say('checkup', one.topic, one)}" for one in kept]
    if len(kept) < len(found):
        said.append(say("on_call_shifts", "digest_findings_more", len(found) - len(kept)))
    return [mrkdwn.cut_markup(line, LONGEST_FINDING) for line in said]


def _problems(one: ScheduleFindings) -> list[str]:
    said: list[str] = []
    if one.is_empty:
        said.append(say("on_call_shifts", "digest_empty", one))
    else:
        said += [say("on_call_shifts", "digest_gap", *gap) for gap in one.gaps]
    said += [say("on_call_shifts", "digest_unreachable", line) for line in one.unreachable]
    said += [say("on_call_shifts", "digest_away", line) for line in one.away]
    kept = said[:MOST_PROBLEMS]
    if len(said) > len(kept):
        kept.append(say("on_call_shifts", "digest_more", len(said) - len(kept)))
    return [say("on_call_shifts", "digest_schedule", one), *kept]
