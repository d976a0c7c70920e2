"""An incident's links and related incidents: typed, filled in, and taken away."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.core.ids import IncidentId
from bot.core.incident import Outcome
from bot.core.permissions import Action
from bot.core.views import IncidentView
from bot.slack import commands, ids
from bot.slack.listeners.answering import Click, Submission
from bot.slack.listeners.asking import Answer, Asked, Desk, FieldErrors, Open, Redraw, Tell
from bot.slack.listeners.naming import certainly, open_lines
from bot.slack.listeners.serving import Serve
from bot.slack.modals import links as modal
from bot.slack.render import incident_replies as replies
from bot.usecases import incident_links


def register(bolt: AsyncApp, serve: Serve) -> None:
    bolt.action(ids.INCIDENT_LINK)(serve(open_links, Action.WORK_INCIDENT, Click))
    bolt.action(ids.LINK_REMOVE)(serve(remove, Action.WORK_INCIDENT, Click))
    bolt.action(ids.RELATED_REMOVE)(serve(unrelate, Action.WORK_INCIDENT, Click))
    bolt.view(ids.MODAL_LINKS)(serve(add, Action.WORK_INCIDENT, Submission))


async def typed(desk: Desk, asked: Asked, view: IncidentView, command: commands.Link) -> Answer:
    """`/incident link …`; with nothing named the form opens."""
    if command.other is not None:
        return await _relate(desk, asked, view.id, command.other)
    if command.url:
        return await _add(desk, asked, view.id, command.url, command.text)
    return await form(desk, asked, view)


async def form(desk: Desk, asked: Asked, view: IncidentView) -> Open:
    return Open(modal.view(view, await open_lines(desk, asked)))


async def open_links(desk: Desk, asked: Asked) -> Answer:
    return await form(desk, asked, await certainly(desk, asked, asked.incident))


async def add(desk: Desk, asked: Asked) -> Answer:
    filled = modal.read(asked.view or {})
    if isinstance(filled, dict):
        return FieldErrors(filled)
    answer: Answer = None
    if filled.url:
        answer = await _add(desk, asked, filled.incident, filled.url, filled.text)
    if filled.other is not None:
        answer = await _relate(desk, asked, filled.incident, filled.other)
    return answer


async def remove(desk: Desk, asked: Asked) -> Answer:
    number, _, url = asked.value.partition(":")
    await incident_links.remove_link(desk.db, desk.catalogue(), IncidentId(int(number)), asked.user, url)
    return await _drawn_again(desk, asked, IncidentId(int(number)))


async def unrelate(desk: Desk, asked: Asked) -> Answer:
    number, _, other = asked.value.partition(":")
    await incident_links.unrelate(
        desk.db, desk.catalogue(), IncidentId(int(number)), asked.user, IncidentId(int(other))
    )
    return await _drawn_again(desk, asked, IncidentId(int(number)))


async def _drawn_again(desk: Desk, asked: Asked, number: IncidentId) -> Answer:
    view = await certainly(desk, asked, number)
    return Redraw(modal.view(view, await open_lines(desk, asked)))


async def _add(desk: Desk, asked: Asked, number: IncidentId, url: str, text: str) -> Answer:
    changed = await incident_links.add_link(desk.db, desk.catalogue(), number, asked.user, url, text)
    view = await certainly(desk, asked, number)
    if changed.outcome is not Outcome.DONE:
        return Tell(replies.refused(view, changed.outcome), view.channel)
    return Tell(replies.link_added(view, changed.incident.links[-1].text, url), view.channel)


async def _relate(desk: Desk, asked: Asked, number: IncidentId, other: IncidentId) -> Answer:
    changed = await incident_links.relate(desk.db, desk.catalogue(), number, asked.user, other)
    view = await certainly(desk, asked, number)
    if changed.outcome is not Outcome.DONE:
        return Tell(replies.refused(view, changed.outcome), view.channel)
    return Tell(replies.is_related(view, other), view.channel)
