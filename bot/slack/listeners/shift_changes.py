"""The buttons of what people hear around a change of shift, and the hand-off note's form."""

from __future__ import annotations

from datetime import datetime

from slack_bolt.async_app import AsyncApp

from bot.core.ids import ScheduleId
from bot.core.permissions import Action
from bot.queries import handoffs
from bot.slack import ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Tell
from bot.slack.listeners.serving import Serve
from bot.slack.modals import handoff_note as note_modal
from bot.slack.render import shift_notices as render
from bot.usecases import handoff_notes, reachability
from bot.usecases.reachability import Place
from bot.usecases.schedule_changes import the_schedule


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.action(ids.HANDOFF_NOTE)(serve(open_note, Action.PLAN_ON_CALL, Click))
    bolt.action(ids.REACH_TEST)(serve(test_reach, Action.PLAN_ON_CALL, Click))
    bolt.action(ids.REACH_HEARD)(serve(heard_test, Action.PLAN_ON_CALL, Click))
    bolt.view(ids.MODAL_HANDOFF_NOTE)(serve(leave_note, Action.PLAN_ON_CALL, Submission))


async def open_note(desk: Desk, asked: Asked) -> Answer:
    schedule, starts_at, hand_off_at = asked.value.split("|")
    known = the_schedule(desk.catalogue(), ScheduleId(schedule))
    async with desk.db.read() as conn:
        shown = await handoffs.form(
            conn,
            desk.catalogue(),
            known,
            datetime.fromisoformat(starts_at),
            datetime.fromisoformat(hand_off_at),
            asked.user,
            desk.clock.now(),
        )
    return Open(note_modal.view(shown))


async def leave_note(desk: Desk, asked: Asked) -> Answer:
    filled = note_modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    left = await handoff_notes.leave(
        desk.db, desk.catalogue(), filled.schedule, filled.hand_off_at, asked.user, filled.text
    )
    async with desk.db.read() as conn:
        view = await handoffs.note(conn, desk.catalogue(), left.id)
    return Tell(render.note_left(view, desk.clock.now())) if view else None


async def test_reach(desk: Desk, asked: Asked) -> Answer:
    """The test itself is the answer; a shift's beginning in which it was asked for follows it."""
    await reachability.send_test(desk.db, asked.user, _place(asked), asked.value)
    return None


async def heard_test(desk: Desk, asked: Asked) -> Answer:
    """The test says so itself from now on."""
    await reachability.heard(desk.db, int(asked.value), asked.user, _place(asked))
    return None


def _place(asked: Asked) -> Place | None:
    """Of the message that was clicked in, where it can be edited."""
    if asked.channel is None or asked.ephemeral or not asked.ts:
        return None
    return Place(asked.channel, asked.ts)
