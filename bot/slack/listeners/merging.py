"""Merging an incident into another one: it is said what will happen before it does."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.core.ids import IncidentId
from bot.core.permissions import Action
from bot.core.views import IncidentView
from bot.queries import incidents
from bot.slack import ids
from bot.slack.listeners.answering import Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Tell
from bot.slack.listeners.naming import certainly, open_lines
from bot.slack.listeners.serving import Serve
from bot.slack.modals import merge as modal
from bot.slack.render import incident_replies as replies
from bot.usecases import incident_merging


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.view(ids.MODAL_MERGE_INTO)(serve(choose, Action.WORK_INCIDENT, Submission))
    bolt.view(ids.MODAL_MERGE)(serve(merge, Action.WORK_INCIDENT, Submission))


async def form(desk: Desk, asked: Asked, view: IncidentView, into: IncidentId | None) -> Answer:
    """What will happen; without `into` it is asked which one goes on."""
    if into is not None:
        return await _confirm(desk, asked, view, into)
    others = [line for line in await open_lines(desk, asked) if line.id != view.id]
    return Open(modal.choose(view, others)) if others else Tell(replies.nothing_to_merge(view))


async def choose(desk: Desk, asked: Asked) -> Answer:
    filled = modal.chosen(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    return await _confirm(desk, asked, await certainly(desk, asked, filled.incident), filled.into)


async def merge(desk: Desk, asked: Asked) -> Answer:
    filled = modal.read(asked.view or {})
    done = await incident_merging.merge(desk.db, desk.catalogue(), filled.incident, filled.into, asked.user)
    view = await certainly(desk, asked, filled.incident)
    return Tell(replies.is_merged(view, already=done.already), view.channel)


async def _confirm(desk: Desk, asked: Asked, view: IncidentView, into: IncidentId) -> Answer:
    other = await certainly(desk, asked, into)
    async with desk.db.read() as conn:
        would = await incidents.merge_of(conn, desk.catalogue(), view.id, other.id)
    return Open(modal.view(would)) if would else Tell(replies.is_merged(view, already=True))
